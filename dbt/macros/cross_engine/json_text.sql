{#-
  The text at a JSON path (a literal such as '$.mon'); arrays and objects come back as compact JSON.
  Null where the path is absent, the value is null, or the text is no JSON at all.
-#}
{%- macro json_text(text, path) -%}
    {{ return(adapter.dispatch('json_text', 'practice_pulse')(text, path)) }}
{%- endmacro -%}

{%- macro duckdb__json_text(text, path) -%}
    json_extract_string(try_cast({{ text }} as json), {{ path }})
{%- endmacro -%}

{%- macro spark__json_text(text, path) -%}
    get_json_object({{ text }}, {{ path }})
{%- endmacro -%}
