{#- The non-null values of a group in alphabetical order, joined by ';'. Null when there are none. -#}
{%- macro sorted_list(x) -%}
    {{ return(adapter.dispatch('sorted_list', 'practice_pulse')(x)) }}
{%- endmacro -%}

{%- macro duckdb__sorted_list(x) -%}
    string_agg({{ x }}, ';' order by {{ x }})
{%- endmacro -%}

{%- macro spark__sorted_list(x) -%}
    listagg({{ x }}, ';') within group (order by {{ x }})
{%- endmacro -%}
