use super::escape::{shown, shown_within};

#[test]
fn plain_text_of_any_script_is_left_alone() {
    for text in ["bram.visser@example.com", "Zoë Ångström", "日本語", "مرحبا", "می\u{200c}خواهم", "👩\u{200d}💻", "❤\u{fe0f}"] {
        assert_eq!(shown(text), text);
    }
}

#[test]
fn what_an_attacker_could_hide_behind_is_written_out() {
    assert_eq!(shown("a\u{1b}[2Jb"), "a\\u{1b}[2Jb");
    assert_eq!(shown("gpj.\u{202e}exe"), "gpj.\\u{202e}exe");
    assert_eq!(shown("a\r\nb\tc\0\u{9b}"), "a\\r\\nb\\tc\\u{0}\\u{9b}");
    assert_eq!(shown("\u{2066}x\u{2069}\u{200b}\u{e0041}"), "\\u{2066}x\\u{2069}\\u{200b}\\u{e0041}");
}

#[test]
fn a_long_text_is_cut_by_its_width() {
    assert_eq!(shown_within("abcdef", 6), "abcdef");
    assert_eq!(shown_within("abcdef", 5), "abcd…");
    assert_eq!(shown_within("日本語です", 7), "日本語…");
}
