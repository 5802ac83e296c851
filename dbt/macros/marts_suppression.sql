{#- A count of people that may not be shown: 1 to 10 with the usual threshold of 11. Zero may be shown. -#}
{%- macro is_small_count(n) -%}
    ({{ n }} > 0 and {{ n }} < {{ var('cell_suppression') }})
{%- endmacro -%}


{#- Band that stands for a number of respondents. -#}
{%- macro respondents_band(n) -%}
    case
        when {{ n }} >= 100 then '100+'
        when {{ n }} >= 50 then '50-99'
        when {{ n }} >= {{ var('survey_display_n') }} then '{{ var('survey_display_n') }}-49'
        when {{ n }} >= {{ var('survey_internal_n') }} then '{{ var('survey_internal_n') }}-{{ var('survey_display_n') | int - 1 }}'
    end
{%- endmacro -%}
