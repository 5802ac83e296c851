with run as (

    select as_of_date
    from {{ source('run', 'run_parameters') }}

),

-- The feeds that show care being given; registers and rare events say nothing about how far back evidence goes.
first_evidence as (

    select min(happened_on) as happened_on
    from (
        select min(claim_start_date) as happened_on from {{ ref('stg_medical_claims') }}
        union all
        select min(cast(start_datetime as date)) as happened_on from {{ ref('stg_appointments') }}
        union all
        select min(cast(call_datetime as date)) as happened_on from {{ ref('stg_access_audits') }}
    ) as feeds

),

wave_eves as (

    select
        wave.wave_id,
        {{ add_days('wave.start_on', -1) }} as as_of_date
    from {{ ref('ref_survey_wave') }} as wave
    cross join first_evidence
    where wave.start_on >= {{ add_months('first_evidence.happened_on', var('min_history_months')) }}

),

candidates as (

    select
        run.as_of_date,
        true as is_run_as_of,
        wave_eves.wave_id
    from run
    left join wave_eves
        on run.as_of_date = wave_eves.as_of_date
    union all
    select
        wave_eves.as_of_date,
        false as is_run_as_of,
        wave_eves.wave_id
    from wave_eves
    inner join run
        on wave_eves.as_of_date < run.as_of_date

)

select
    as_of_date,
    is_run_as_of,
    wave_id
from candidates
qualify row_number() over (order by as_of_date desc nulls last) <= {{ var('history_as_of_dates') }}
