{#- Within a partition no two spans share a day, and none ends before it starts. Both ends are inclusive. -#}
{% test disjoint_spans(model, partition_by, valid_from='valid_from', valid_to='valid_to') %}

with spans as (

    select
        {{ partition_by | join(', ') }},
        {{ valid_from }} as span_from,
        {{ valid_to }} as span_to,
        lead({{ valid_from }}) over (
            partition by {{ partition_by | join(', ') }}
            order by {{ valid_from }} asc nulls last, {{ valid_to }} asc nulls last
        ) as next_from
    from {{ model }}

)

select *
from spans
where
    span_from is null
    or span_to is null
    or span_to < span_from
    or next_from <= span_to

{% endtest %}
