{#- The columns of a claim line that hold a code of ref_code_sets; no set of it has procedure codes of hospitals (ICD-10-PCS). -#}
{%- macro code_columns() -%}
    {%- set columns = ['hcpcs_code', 'revenue_center_code', 'bill_type_code'] -%}
    {%- for n in range(1, 26) -%}
        {%- do columns.append('diagnosis_code_' ~ n) -%}
    {%- endfor -%}
    {{ return(columns | join(', ')) }}
{%- endmacro -%}


{#- The code system that the column of this name speaks. -#}
{%- macro code_system_of(column_name) -%}
    case
        when {{ column_name }} = 'hcpcs_code' then 'hcpcs'
        when {{ column_name }} = 'revenue_center_code' then 'revenue'
        when {{ column_name }} = 'bill_type_code' then 'bill_type'
        else 'icd-10-cm'
    end
{%- endmacro -%}
