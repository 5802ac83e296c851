{#- md5 of the parts as text; a null part is the empty text, so the order and number of parts matter. -#}
{%- macro hash_key(parts) -%}
    md5(concat_ws('|'
    {%- for part in parts -%}
        , coalesce(cast({{ part }} as string), '')
    {%- endfor -%}
    ))
{%- endmacro -%}


{#- Is the item (an expression) one of the members of a `|`-joined list? False for a null list. -#}
{%- macro list_contains(list, item) -%}
    (instr(concat('|', coalesce({{ list }}, ''), '|'), concat('|', {{ item }}, '|')) > 0)
{%- endmacro -%}


{#- Does the pattern (a literal) occur in the text? Null for a null text. -#}
{%- macro matches(text, pattern) -%}
    {{ return(adapter.dispatch('matches', 'practice_pulse')(text, pattern)) }}
{%- endmacro -%}

{%- macro duckdb__matches(text, pattern) -%}
    regexp_matches({{ text }}, {{ pattern }})
{%- endmacro -%}

{%- macro spark__matches(text, pattern) -%}
    regexp_like({{ text }}, {{ pattern }})
{%- endmacro -%}


{#- One row for each member of a `|`-joined list; allowed once in a select list. -#}
{%- macro split_items(list) -%}
    {{ return(adapter.dispatch('split_items', 'practice_pulse')(list)) }}
{%- endmacro -%}

{%- macro duckdb__split_items(list) -%}
    unnest(string_split({{ list }}, '|'))
{%- endmacro -%}

{%- macro spark__split_items(list) -%}
    explode(split({{ list }}, '[|]'))
{%- endmacro -%}


{#- Aggregate: the distinct members, sorted, joined by `|`. -#}
{%- macro joined_set(item) -%}
    {{ return(adapter.dispatch('joined_set', 'practice_pulse')(item)) }}
{%- endmacro -%}

{%- macro duckdb__joined_set(item) -%}
    string_agg(distinct {{ item }}, '|' order by {{ item }})
{%- endmacro -%}

{%- macro spark__joined_set(item) -%}
    array_join(array_sort(collect_set({{ item }})), '|')
{%- endmacro -%}


{#- Whether a text begins with another. -#}
{%- macro begins_with(text, start) -%} {{ return(adapter.dispatch('begins_with', 'practice_pulse')(text, start)) }} {%- endmacro -%}

{%- macro duckdb__begins_with(text, start) -%} starts_with({{ text }}, {{ start }}) {%- endmacro -%}

{%- macro spark__begins_with(text, start) -%} startswith({{ text }}, {{ start }}) {%- endmacro -%}
