with spans as (

    select
        as_of.as_of_date,
        assignment.person_key,
        assignment.practice_id,
        assignment.npi,
        assignment.assignment_id,
        assignment.file_date,
        assignment.assignment_start_date as valid_from,
        coalesce(assignment.assignment_end_date, {{ forever() }}) as valid_to
    from {{ ref('stg_pcp_assignments') }} as assignment
    inner join {{ ref('int_as_of') }} as as_of
        on {{ known_at('assignment', 'as_of.as_of_date') }}
    where
        assignment.assignment_end_date is null
        or assignment.assignment_end_date > assignment.assignment_start_date

),

{{ disjoint_spans(
    'spans',
    partition_by=['as_of_date', 'person_key'],
    attributes=['practice_id', 'npi'],
    priority="span.valid_from desc nulls last, span.file_date desc nulls last, span.assignment_id asc nulls last"
) }}

select
    as_of_date,
    person_key,
    practice_id,
    npi,
    valid_from,
    valid_to
from disjoint
