"""The look that gradio's own parts take on; the rest is style.css."""

from gradio.themes import Base, Color, Font, LocalFont, sizes

INK = Color(
    name="ink",
    c50="#f7f7f5",
    c100="#efeeeb",
    c200="#dfddd8",
    c300="#c5c2bb",
    c400="#98958e",
    c500="#6d6a64",
    c600="#55524d",
    c700="#3d3b38",
    c800="#2a2927",
    c900="#1d1c1b",
    c950="#131312",
)
TEAL = Color(
    name="teal",
    c50="#eef7f7",
    c100="#d5ecec",
    c200="#addada",
    c300="#7ac0c1",
    c400="#45a0a3",
    c500="#238488",
    c600="#176b70",
    c700="#15575b",
    c800="#15464a",
    c900="#143a3d",
    c950="#082325",
)


def theme() -> Base:
    """Warm grey and teal, in a font that gradio carries in its own files: nothing is fetched."""
    # Of this font gradio ships 400 and 700 whole, but 600 without most of the Latin letters.
    fonts = (LocalFont("IBM Plex Sans", weights=(400, 700)), Font("sans-serif"))
    base = Base(
        primary_hue=TEAL,
        secondary_hue=TEAL,
        neutral_hue=INK,
        text_size=sizes.text_md,
        radius_size=sizes.radius_lg,
        font=fonts,
        font_mono=fonts,
    )
    return base.set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        body_text_color="*neutral_900",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_300",
        block_background_fill="white",
        block_background_fill_dark="*neutral_900",
        block_border_color="*neutral_200",
        block_border_color_dark="*neutral_700",
        block_label_text_color="*neutral_600",
        block_label_text_color_dark="*neutral_300",
        block_title_text_color="*neutral_600",
        block_title_text_color_dark="*neutral_300",
        input_background_fill="transparent",
        input_background_fill_dark="transparent",
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="*neutral_400",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_dark="*primary_600",
        button_primary_text_color="white",
        button_secondary_background_fill="transparent",
        button_secondary_background_fill_hover="*neutral_100",
        button_secondary_background_fill_dark="transparent",
        button_secondary_background_fill_hover_dark="*neutral_800",
        button_secondary_border_color="*neutral_300",
        button_secondary_border_color_dark="*neutral_700",
        color_accent_soft="*primary_50",
        color_accent_soft_dark="*neutral_800",
    )
