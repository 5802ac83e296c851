{#-
  Sum that is the same whatever the order of the rows: doubles are added as decimals of 9 places.
  Holds for values below a billion.
-#}
{%- macro exact_sum(x) -%}
    cast(coalesce(sum(cast({{ x }} as decimal(18, 9))), 0) as double)
{%- endmacro -%}


{#- What is published: a double with 9 decimals, so that engines and threads agree to the last byte. -#}
{%- macro published(x) -%}
    round(cast({{ x }} as double), 9)
{%- endmacro -%}
