{#- A directory call checks a listing, whatever it found; another kind of call once it verified all four elements. -#}
{%- macro checks_the_listing(call) -%}
    (
        {{ call }}.audit_type = 'directory_verification'
        or (
            {{ call }}.verified_in_network is not null
            and {{ call }}.verified_address is not null
            and {{ call }}.verified_phone is not null
            and {{ call }}.verified_accepting_new is not null
        )
    )
{%- endmacro -%}
