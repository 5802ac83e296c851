{%- set same_event_days = 7 -%}

with filed as (
    select
        spine.as_of_date,
        grievance.grievance_id,
        coalesce(grievance.record_type, 'grievance') as record_type,
        grievance.person_key,
        grievance.received_date,
        grievance.category,
        grievance.severity_level,
        grievance.discrimination_flag,
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
        *,
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
    followed.as_of_date,
    followed.grievance_id,
    followed.record_type,
    followed.person_key,
    followed.received_date,
    followed.category,
    followed.severity_level,
    followed.discrimination_flag,
    followed.practice_id,
    followed.npi,
    enrolment.lob,
    followed.is_withdrawn,
    not followed.is_withdrawn
    and coalesce(
        {{ days_between('followed.previous_received_date', 'followed.received_date') }} <= {{ same_event_days }}, false
    ) as is_repeat
from followed
left join {{ ref('int_enrolment') }} as enrolment
    on
        followed.as_of_date = enrolment.as_of_date
        and followed.person_key = enrolment.person_key
        and followed.received_date between enrolment.valid_from and enrolment.valid_to
where followed.practice_id is not null
