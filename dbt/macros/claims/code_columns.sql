{#- The columns of a claim line that hold a code of ref_code_sets. -#}
{%- macro code_columns() -%}
    {%- set columns = ['hcpcs_code', 'revenue_center_code', 'bill_type_code'] -%}
    {%- for kind in ['diagnosis', 'procedure'] -%}
        {%- for n in range(1, 26) -%}
            {%- do columns.append(kind ~ '_code_' ~ n) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(columns | join(', ')) }}
{%- endmacro -%}


{#- The code system that the column of this name speaks. -#}
{%- macro code_system_of(column_name) -%}
    case
        when {{ column_name }} = 'hcpcs_code' then 'hcpcs'
        when {{ column_name }} = 'revenue_center_code' then 'revenue'
        when {{ column_name }} = 'bill_type_code' then 'bill_type'
        when starts_with({{ column_name }}, 'diagnosis') then 'icd-10-cm'
        when starts_with({{ column_name }}, 'procedure') then 'icd-10-pcs'
    end
{%- endmacro -%}
