{#-
  All rows of a feed with the span of days on which each was the known version of its key: known_from inclusive,
  known_until exclusive and null for the newest. Rows that were never the known version (delivered twice on a day,
  replaced before they were known) are left out. A null date counts as always.

  The first delivery of a key is known from the row's own date (one snapshot delivered at the end still has its history),
  a later one from its file date, when it also closes the earlier one.
-#}
{%- macro versions(relation, key, own_date) -%}
    {%- set own = 'coalesce(cast(' ~ own_date ~ ' as date), ' ~ always() ~ ')' -%}
    {%- set delivered = 'coalesce(file_date, ' ~ always() ~ ')' -%}
    with {{ rows_delivered(relation, key) }}

    select
        *,
        {{ own }} as known_from,
        cast(null as date) as known_until
    from once
    union all
    select *
    from (
        select
            *,
            case
                when {{ delivered }} = min({{ delivered }}) over (partition by {{ key | join(', ') }}) then {{ own }}
                else greatest({{ own }}, {{ delivered }})
            end as known_from,
            lead({{ delivered }}) over (
                partition by {{ key | join(', ') }}
                order by
                    {{ delivered }} asc nulls last,
                    ingest_datetime asc nulls first,
                    file_name asc nulls first
            ) as known_until
        from repeatedly
    ) as deliveries
    where
        known_until is null
        or (
            known_until > known_from
            and known_until > {{ delivered }}
        )
{%- endmacro -%}


{#- The same for claim lines, whose versions are ordered by paid date, then file date, and known from their paid date. -#}
{%- macro claim_versions(relation) -%}
    {%- set key = ['claim_id', 'claim_line_number', 'data_source'] -%}
    with {{ rows_delivered(relation, key) }}

    select
        *,
        coalesce(paid_date, {{ always() }}) as known_from,
        cast(null as date) as known_until
    from once
    union all
    select *
    from (
        select
            *,
            coalesce(paid_date, {{ always() }}) as known_from,
            lead(coalesce(paid_date, {{ always() }})) over (
                partition by {{ key | join(', ') }}
                order by
                    paid_date asc nulls first,
                    file_date asc nulls first,
                    ingest_datetime asc nulls first,
                    file_name asc nulls first
            ) as known_until
        from repeatedly
    ) as deliveries
    where
        known_until is null
        or known_until > known_from
{%- endmacro -%}


{#-
  CTEs `once` and `repeatedly`: the rows whose key comes once (nearly all), and those whose key comes again. Only the
  latter need windows, which over rows as wide as a claim line would cost gigabytes.
-#}
{%- macro rows_delivered(relation, key) -%}
    repeated as (
        select {{ key | join(', ') }}
        from {{ relation }}
        group by {{ key | join(', ') }}
        having count(*) > 1
    ),

    {% for name in ['once', 'repeatedly'] -%}
        {{ name }} as (
            select delivered.*
            from {{ relation }} as delivered
            where
                {{ 'not ' if name == 'once' }}exists (
                    select 1
                    from repeated
                    where
                        {% for column in key -%}
                            delivered.{{ column }} is not distinct from repeated.{{ column }}
                            {{- '\n                            and ' if not loop.last }}
                        {%- endfor %}
                )
        ){{ ',\n' if not loop.last }}
    {% endfor -%}
{%- endmacro -%}


{#- The day since which everything undated has been known. -#}
{%- macro always() -%}
    date '1900-01-01'
{%- endmacro -%}
