{#- Aggregates over doubles, interpolated between neighbours. -#}

{%- macro quantile(x, q) -%}
    percentile_cont({{ q }}) within group (order by cast({{ x }} as double))
{%- endmacro -%}


{%- macro median(x) -%}
    {{ quantile(x, 0.5) }}
{%- endmacro -%}
