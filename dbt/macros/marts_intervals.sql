{#- 95% intervals in closed form, the same on every engine. z as the metric catalogue has it (0.5). -#}

{%- macro z95() -%} 1.96 {%- endmacro -%}


{#- Wilson's interval of a proportion. Null when n is 0. -#}
{%- macro wilson_low(numerator, n) -%}
    {{ wilson_bound(numerator, n, '-') }}
{%- endmacro -%}

{%- macro wilson_high(numerator, n) -%}
    {{ wilson_bound(numerator, n, '+') }}
{%- endmacro -%}

{%- macro wilson_bound(numerator, n, sign) -%}
    {%- set p = '(' ~ numerator ~ ' / nullif(' ~ n ~ ', 0))' -%}
    (
        {{ p }} + power({{ z95() }}, 2) / (2 * {{ n }})
        {{ sign }} {{ z95() }} * sqrt(
            greatest({{ p }} * (1 - {{ p }}), 0) / {{ n }} + power({{ z95() }}, 2) / (4 * power({{ n }}, 2))
        )
    ) / (1 + power({{ z95() }}, 2) / {{ n }})
{%- endmacro -%}


{#-
  Byar's approximation to the exact Poisson interval of an event count (Breslow and Day 1987, vol. II, p. 69).
  Within 0.03 events of the exact bounds; exact for the lower bound of 0 events.
-#}
{%- macro byar_low(events) -%}
    case
        when {{ events }} > 0
            then {{ events }}
                * power(1 - 1 / (9 * cast({{ events }} as double)) - {{ z95() }} / (3 * sqrt({{ events }})), 3)
        else cast(0 as double)
    end
{%- endmacro -%}

{%- macro byar_high(events) -%}
    ({{ events }} + 1)
    * power(1 - 1 / (9 * cast({{ events }} + 1 as double)) + {{ z95() }} / (3 * sqrt({{ events }} + 1)), 3)
{%- endmacro -%}


{#-
  Ranks of the order statistics that bound the median (Campbell and Gardner, BMJ 1988;296:1454), kept inside 1..n.
  Below six observations no pair of ranks reaches 95%: the extremes are then the best there is.
-#}
{%- macro median_low_rank(n) -%}
    greatest(1, cast(round({{ n }} / 2.0 - {{ z95() }} * sqrt({{ n }}) / 2) as bigint))
{%- endmacro -%}

{%- macro median_high_rank(n) -%}
    least({{ n }}, cast(round(1 + {{ n }} / 2.0 + {{ z95() }} * sqrt({{ n }}) / 2) as bigint))
{%- endmacro -%}


{#- Large-sample interval of a mean, from the sum and the sum of squares of n values. Null below two values. -#}
{%- macro mean_low(total, squares, n) -%}
    {{ mean_bound(total, squares, n, '-') }}
{%- endmacro -%}

{%- macro mean_high(total, squares, n) -%}
    {{ mean_bound(total, squares, n, '+') }}
{%- endmacro -%}

{%- macro mean_bound(total, squares, n, sign) -%}
    {{ total }} / {{ n }} {{ sign }} {{ z95() }} * sqrt(
        greatest({{ squares }} - power({{ total }}, 2) / {{ n }}, 0) / nullif({{ n }} - 1, 0) / {{ n }}
    )
{%- endmacro -%}
