{#-
  The leakage guard: keeps the version of a row that was known on a date.
  `known_until` is exclusive: a version replaced on the date itself is no longer the known one.
-#}
{%- macro known_at(relation, on) -%}
    ({{ relation }}.known_from <= {{ on }} and ({{ relation }}.known_until is null or {{ relation }}.known_until > {{ on }}))
{%- endmacro -%}
