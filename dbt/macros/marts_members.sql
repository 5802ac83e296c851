{#- Members of a practice on a date: 0 when none is assigned to it, null when nobody's assignment is known. -#}
{%- macro known_members(members, as_of_date) -%}
    case when count({{ members }}) over (partition by {{ as_of_date }}) > 0 then coalesce({{ members }}, 0) end
{%- endmacro -%}
