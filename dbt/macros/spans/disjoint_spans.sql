{#-
  CTEs that lay overlapping spans flat: on each day the span that `priority` ranks first counts, and an earlier span that
  is still open resumes when the one above it ends. Spans with the same attributes that follow each other become one, also
  across a gap of up to `tolerated_gap` days.

  In:  relation with the columns of `partition_by`, valid_from and valid_to (both inclusive, never null) and `attributes`.
  Out: a CTE named `disjoint` with the columns of partition_by, attributes, valid_from and valid_to.
-#}
{%- macro disjoint_spans(relation, partition_by, attributes, priority, tolerated_gap=0) -%}
{%- set keys = partition_by | join(', ') -%}
{%- set values = attributes | join(', ') -%}
boundaries as (

    select
        {{ keys }},
        valid_from as starts_on
    from {{ relation }}
    union
    select
        {{ keys }},
        {{ add_days('valid_to', 1) }} as starts_on
    from {{ relation }}
    where valid_to < {{ forever() }}

),

segments as (

    select
        {{ keys }},
        starts_on,
        coalesce(
            {{ add_days('lead(starts_on) over (partition by ' ~ keys ~ ' order by starts_on asc nulls last)', -1) }},
            {{ forever() }}
        ) as ends_on
    from boundaries

),

chosen as (

    select
        {% for key in partition_by -%}
            segment.{{ key }},
        {% endfor -%}
        segment.starts_on,
        segment.ends_on,
        {% for attribute in attributes -%}
            span.{{ attribute }}{{ ',' if not loop.last }}
        {% endfor %}
    from segments as segment
    inner join {{ relation }} as span
        on
            {% for key in partition_by -%}
                segment.{{ key }} = span.{{ key }}
                and {% endfor -%}
            segment.starts_on between span.valid_from and span.valid_to
    qualify
        row_number() over (
            partition by {% for key in partition_by %}segment.{{ key }}, {% endfor %}segment.starts_on
            order by {{ priority }}
        ) = 1

),

marked as (

    select
        *,
        case
            when
                {% for attribute in attributes -%}
                    (
                        lag({{ attribute }}) over (partition by {{ keys }} order by starts_on asc nulls last)
                        is not distinct from {{ attribute }}
                    )
                    and {% endfor -%}
                {{ add_days('lag(ends_on) over (partition by ' ~ keys ~ ' order by starts_on asc nulls last)', 1 + tolerated_gap) }}
                >= starts_on
                then 0
            else 1
        end as is_new_run
    from chosen

),

runs as (

    select
        *,
        sum(is_new_run) over (
            partition by {{ keys }}
            order by starts_on asc nulls last
            rows between unbounded preceding and current row
        ) as run_number
    from marked

),

disjoint as (

    select
        {{ keys }},
        {{ values }},
        min(starts_on) as valid_from,
        max(ends_on) as valid_to
    from runs
    group by {{ keys }}, {{ values }}, run_number

)
{%- endmacro -%}


{#- The end of a span that is still open. -#}
{%- macro forever() -%}
    date '9999-12-31'
{%- endmacro -%}
