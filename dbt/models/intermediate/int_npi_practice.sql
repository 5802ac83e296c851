with spans as (

    select
        as_of_date,
        npi,
        practice_id,
        pcp_flag,
        affiliation_id,
        start_date as valid_from,
        coalesce(end_date, {{ forever() }}) as valid_to
    from {{ ref('int_affiliation') }}
    where coalesce(end_date, {{ forever() }}) >= start_date

),

{{ disjoint_spans(
    'spans',
    partition_by=['as_of_date', 'npi'],
    attributes=['practice_id'],
    priority="coalesce(span.pcp_flag, 0) desc nulls last, span.valid_from desc nulls last, "
        ~ "span.practice_id asc nulls last, span.affiliation_id asc nulls last"
) }}

select
    as_of_date,
    npi,
    practice_id,
    valid_from,
    valid_to
from disjoint
