{#- The one spelling of a code that seeds, models and joins rely on. -#}

{#- E11.9, e119 -> E119 -#}
{%- macro icd_code(code) -%}
    upper(replace({{ code }}, '.', ''))
{%- endmacro -%}


{#- 450 -> 0450 -#}
{%- macro padded_code(code, width) -%}
    lpad(upper({{ code }}), {{ width }}, '0')
{%- endmacro -%}


{#- 11 digits, 5-4-2. Ten digits without dashes are ambiguous and read as 4-4-2, the commonest labeller form. -#}
{%- macro ndc_11(code) -%}
    case
        when instr({{ code }}, '-') > 0
            then lpad(split_part({{ code }}, '-', 1), 5, '0')
                || lpad(split_part({{ code }}, '-', 2), 4, '0')
                || lpad(split_part({{ code }}, '-', 3), 2, '0')
        else lpad({{ code }}, 11, '0')
    end
{%- endmacro -%}
