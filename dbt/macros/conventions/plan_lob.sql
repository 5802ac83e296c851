{#- MyCare members are dual-eligible: they count as dsnp everywhere. -#}
{%- macro plan_lob(lob) -%}
    case when {{ lob }} = 'mycare' then 'dsnp' else {{ lob }} end
{%- endmacro -%}
