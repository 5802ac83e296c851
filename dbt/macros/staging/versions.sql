{#-
  All rows of a feed with the span of days on which each was the known version of its key.

  The first delivery of a key is known from the row's own date (one snapshot delivered at the end still has its history),
  a later one from its file date, when it also closes the earlier one. Rows that were never the known version (delivered
  twice on a day, replaced before their own date) are left out. A null date counts as always.
-#}
{%- macro versions(relation, key, own_date) -%}
    select
        *,
        case
            when delivered_on = first_delivered_on then own_date
            else greatest(own_date, delivered_on)
        end as known_from,
        next_delivered_on as known_until
    from (
        select
            *,
            min(delivered_on) over (partition by {{ key | join(', ') }}) as first_delivered_on,
            lead(delivered_on) over (
                partition by {{ key | join(', ') }}
                order by
                    delivered_on asc nulls last,
                    ingest_datetime asc nulls first,
                    file_name asc nulls first
            ) as next_delivered_on
        from (
            select
                *,
                coalesce(cast({{ own_date }} as date), {{ always() }}) as own_date,
                coalesce(file_date, {{ always() }}) as delivered_on
            from {{ relation }}
        ) as dated
    ) as deliveries
    where
        next_delivered_on is null
        or (
            next_delivered_on > delivered_on
            and next_delivered_on > own_date
        )
{%- endmacro -%}


{#-
  The same for claim lines, whose versions are ordered by paid date, then file date, and known from their paid date.
  Lines delivered once, nearly all of them, go straight through: a window over a row this wide costs gigabytes.
-#}
{%- macro claim_versions(relation) -%}
    select
        *,
        coalesce(paid_date, {{ always() }}) as known_from,
        cast(null as date) as known_until
    from {{ relation }} as line
    where
        not exists (
            select 1
            from ({{ repeated_lines(relation) }}) as repeated
            where {{ same_line('repeated', 'line') }}
        )
    union all
    select *
    from (
        select
            *,
            coalesce(paid_date, {{ always() }}) as known_from,
            lead(coalesce(paid_date, {{ always() }})) over (
                partition by claim_id, claim_line_number, data_source
                order by
                    paid_date asc nulls first,
                    file_date asc nulls first,
                    ingest_datetime asc nulls first,
                    file_name asc nulls first
            ) as known_until
        from {{ relation }} as line
        where
            exists (
                select 1
                from ({{ repeated_lines(relation) }}) as repeated
                where {{ same_line('repeated', 'line') }}
            )
    ) as versions
    where
        known_until is null
        or known_until > known_from
{%- endmacro -%}


{%- macro repeated_lines(relation) -%}
    select
        claim_id,
        claim_line_number,
        data_source
    from {{ relation }}
    group by claim_id, claim_line_number, data_source
    having count(*) > 1
{%- endmacro -%}


{%- macro same_line(a, b) -%}
    {{ a }}.claim_id = {{ b }}.claim_id
            and {{ a }}.claim_line_number = {{ b }}.claim_line_number
            and {{ a }}.data_source is not distinct from {{ b }}.data_source
{%- endmacro -%}


{#- The day since which everything undated has been known. -#}
{%- macro always() -%}
    date '1900-01-01'
{%- endmacro -%}
