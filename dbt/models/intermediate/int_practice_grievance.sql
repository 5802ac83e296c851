{%- set same_event_days = 7 -%}

with filed as (
    select
        spine.as_of_date,
        grievance.grievance_id,
        coalesce(grievance.record_type, 'grievance') as record_type,
        grievance.person_key,
        grievance.received_date,
        grievance.category,
        grievance.against_practice_id as practice_id,
        grievance.against_npi as npi,
        coalesce(grievance.outcome = 'withdrawn', false) as is_withdrawn
    from {{ ref('int_as_of') }} as spine
    inner join {{ ref('stg_grievances') }} as grievance
        on {{ known_at('grievance', 'spine.as_of_date') }}
    where coalesce(grievance.against_type, 'practice') in ('practice', 'provider')
),

-- A row without a person repeats nothing. The chain follows the person, whichever practice is named.
followed as (
    select
        as_of_date,
        grievance_id,
        record_type,
        person_key,
        received_date,
        category,
        practice_id,
        npi,
        is_withdrawn,
        lag(received_date) over (
            partition by
                as_of_date,
                record_type,
                coalesce(person_key, grievance_id),
                category,
                is_withdrawn
            order by received_date nulls last, grievance_id nulls last
        ) as previous_received_date
    from filed
)

select
    as_of_date,
    grievance_id,
    record_type,
    person_key,
    received_date,
    category,
    practice_id,
    npi,
    is_withdrawn,
    not is_withdrawn
    and coalesce(
        {{ days_between('previous_received_date', 'received_date') }} <= {{ same_event_days }}, false
    ) as is_repeat
from followed
where practice_id is not null
