{#-
  Sum that is the same whatever the order of the rows: doubles are added as decimals of 9 places.
  18 digits hold values below a billion and add fast; take 28 for squares and products.
-#}
{%- macro exact_sum(x, digits=18) -%}
    cast(coalesce(sum(cast({{ x }} as decimal({{ digits }}, 9))), 0) as double)
{%- endmacro -%}


{#- What is published: a double with 9 decimals, so that engines and threads agree to the last byte. -#}
{%- macro published(x) -%}
    round(cast({{ x }} as double), 9)
{%- endmacro -%}
