{#- Calendar arithmetic. Dates go in and come out as dates; timestamps are cut to their date. -#}

{#- b - a in calendar days; integer. -#}
{%- macro days_between(a, b) -%}
    {{ return(adapter.dispatch('days_between', 'practice_pulse')(a, b)) }}
{%- endmacro -%}

{%- macro duckdb__days_between(a, b) -%}
    cast(date_diff('day', cast({{ a }} as date), cast({{ b }} as date)) as integer)
{%- endmacro -%}

{%- macro spark__days_between(a, b) -%}
    datediff(cast({{ b }} as date), cast({{ a }} as date))
{%- endmacro -%}


{#- The date n days later (earlier when n is negative). -#}
{%- macro add_days(d, n) -%}
    {{ return(adapter.dispatch('add_days', 'practice_pulse')(d, n)) }}
{%- endmacro -%}

{%- macro duckdb__add_days(d, n) -%}
    (cast({{ d }} as date) + cast({{ n }} as integer))
{%- endmacro -%}

{%- macro spark__add_days(d, n) -%}
    date_add(cast({{ d }} as date), cast({{ n }} as integer))
{%- endmacro -%}


{#- The date n months later; a day the month lacks becomes its last day. -#}
{%- macro add_months(d, n) -%}
    {{ return(adapter.dispatch('add_months', 'practice_pulse')(d, n)) }}
{%- endmacro -%}

{%- macro duckdb__add_months(d, n) -%}
    cast(cast({{ d }} as date) + to_months(cast({{ n }} as integer)) as date)
{%- endmacro -%}

{%- macro spark__add_months(d, n) -%}
    add_months(cast({{ d }} as date), cast({{ n }} as integer))
{%- endmacro -%}


{%- macro month_start(d) -%}
    cast(date_trunc('month', cast({{ d }} as date)) as date)
{%- endmacro -%}


{%- macro month_end(d) -%}
    last_day(cast({{ d }} as date))
{%- endmacro -%}


{#- 1 = Monday ... 7 = Sunday. -#}
{%- macro day_of_week(d) -%}
    {{ return(adapter.dispatch('day_of_week', 'practice_pulse')(d)) }}
{%- endmacro -%}

{%- macro duckdb__day_of_week(d) -%}
    cast(isodow(cast({{ d }} as date)) as integer)
{%- endmacro -%}

{%- macro spark__day_of_week(d) -%}
    (weekday(cast({{ d }} as date)) + 1)
{%- endmacro -%}


{#- Whole minutes from a to b, floored: 15 min 30 s is 15, -30 s is -1. -#}
{%- macro minutes_between(a, b) -%}
    {{ return(adapter.dispatch('minutes_between', 'practice_pulse')(a, b)) }}
{%- endmacro -%}

{%- macro duckdb__minutes_between(a, b) -%}
    cast(floor((epoch_ms({{ b }}) - epoch_ms({{ a }})) / 60000) as integer)
{%- endmacro -%}

{%- macro spark__minutes_between(a, b) -%}
    cast(floor((unix_millis({{ b }}) - unix_millis({{ a }})) / 60000) as integer)
{%- endmacro -%}


{#- Completed years of age. Born on 29 February: a year older on 1 March. -#}
{%- macro age_years(birth, on) -%}
    (
        year({{ on }}) - year({{ birth }})
        - case
            when month({{ on }}) * 100 + day({{ on }}) < month({{ birth }}) * 100 + day({{ birth }}) then 1
            else 0
        end
    )
{%- endmacro -%}
