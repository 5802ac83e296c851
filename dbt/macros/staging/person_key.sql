{#- The salted surrogate of a person id; null for a null id. Nothing after staging knows the id itself. -#}
{%- macro person_key(person_id) -%}
    md5((select max(parameters.person_salt) from {{ source('run', 'run_parameters') }} as parameters) || {{ person_id }})
{%- endmacro -%}
