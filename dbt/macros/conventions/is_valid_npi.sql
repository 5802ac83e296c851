{#-
  Ten digits that satisfy the Luhn check with the health-industry prefix 80840, whose own digits add 24.
  Digits 1, 3, 5, 7 and 9 are doubled; a doubled digit above 9 counts as the sum of its two digits.
-#}
{%- macro is_valid_npi(npi) -%}
    (
        coalesce({{ matches(npi, "'^[0-9]{10}$'") }}, false)
        and (
            24
            {%- for position in range(1, 11) %}
            {%- set digit = "try_cast(substring(" ~ npi ~ ", " ~ position ~ ", 1) as integer)" %}
            {%- if position % 2 == 1 %}
            + 2 * {{ digit }} - case when {{ digit }} > 4 then 9 else 0 end
            {%- else %}
            + {{ digit }}
            {%- endif %}
            {%- endfor %}
        ) % 10 = 0
    )
{%- endmacro -%}
