{#-
  Business days after a, up to and including b; 0 on the same day, negative when b is earlier.
  A day outside ref_calendar gives null. `max` only tells Spark that the subquery has one row.
-#}
{%- macro business_days(a, b) -%}
    ({{ business_day_number(b) }} - {{ business_day_number(a) }})
{%- endmacro -%}


{%- macro business_day_number(d) -%}
    (
        select max(calendar.business_day_number)
        from {{ ref('ref_calendar') }} as calendar
        where calendar.date_day = cast({{ d }} as date)
    )
{%- endmacro -%}
