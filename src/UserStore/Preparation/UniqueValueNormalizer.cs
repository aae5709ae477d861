using System.Globalization;
using System.Text;
using UserStore.Modeling;

namespace UserStore.Preparation;

/// <summary>Normalizes the unique values of one store, by functions of the options that nothing else calls, and checks them.</summary>
internal sealed class UniqueValueNormalizer(UserStoreOptions options)
{
    private const string CharacterRule =
        "must not contain invisible, combining or compatibility characters, with which two spellings of a value look the same";

    // The framework's normalization forms do nothing in processes with invariant globalization, so two services could store one address in
    // two forms. Unicode Standard, "Normalization Forms": where another spelling of a character uses none of these, it is the only one left.
    private static readonly (int First, int Last)[] AmbiguousCharacters =
    [
        (0x00B5, 0x00B5), // micro sign, which looks like the Greek letter
        (0x0132, 0x0133), // ligatures
        (0x0149, 0x0149), // letter with apostrophe
        (0x01C4, 0x01CC), // digraphs
        (0x01F1, 0x01F3), // digraphs
        (0x0300, 0x036F), // combining diacritical marks
        (0x037E, 0x037E), // Greek question mark, which is the semicolon
        (0x0387, 0x0387), // Greek ano teleia, which is the middle dot
        (0x0653, 0x0655), // Arabic combining marks
        (0x0958, 0x095F), // Devanagari letters that are stored as two characters
        (0x1100, 0x11FF), // Hangul Jamo, of which syllables are decomposed
        (0x17B4, 0x17B5), // invisible Khmer vowels
        (0x180B, 0x180F), // Mongolian variation selectors
        (0x1AB0, 0x1AFF), // combining diacritical marks
        (0x1DC0, 0x1DFF), // combining diacritical marks
        (0x1F00, 0x1FFF), // Greek letters that duplicate others
        (0x2024, 0x2026), // dot leaders
        (0x20D0, 0x20FF), // combining marks for symbols
        (0x2100, 0x214F), // letterlike symbols: the Kelvin sign, whose lower case is the letter k
        (0x2150, 0x218F), // fractions and Roman numerals
        (0x2329, 0x232A), // angle brackets that duplicate others
        (0x2E80, 0x2FDF), // CJK radicals
        (0x3099, 0x309A), // Japanese combining marks
        (0x3130, 0x318F), // Hangul compatibility Jamo, one of them invisible
        (0x3200, 0x33FF), // enclosed and squared CJK letters
        (0xA960, 0xA97F), // Hangul Jamo
        (0xD7B0, 0xD7FF), // Hangul Jamo
        (0xF900, 0xFAFF), // CJK compatibility ideographs
        (0xFB00, 0xFDFF), // ligatures and Arabic presentation forms
        (0xFE00, 0xFEFE), // variation selectors, combining half marks, and compatibility forms
        (0xFF00, 0xFFEF), // halfwidth and fullwidth forms
        (0x1D400, 0x1D7FF), // mathematical letters
        (0x2F800, 0x2FA1F), // CJK compatibility ideographs
        (0xE0100, 0xE01EF), // variation selectors
    ];

    /// <summary>Normalizes a value.</summary>
    /// <param name="unique">The property.</param>
    /// <param name="value">The value, as a caller or another program wrote it.</param>
    /// <param name="normalized">The value as it is stored and compared, if it violates no rule.</param>
    /// <returns>The violated rule, or null.</returns>
    public string? Normalize(UniqueValue unique, string value, out string normalized)
    {
        normalized = value;
        if (UserRules.Utf8Length(value) is null)
            return UserRules.WellFormedRule;
        // Before the function sees them: the conversion to lower case turns some of them into letters.
        bool isFolded = unique.Normalization != UniqueValueNormalization.None;
        if (isFolded && !Ascii.IsValid(value) && value.EnumerateRunes().Any(IsAmbiguous))
            return CharacterRule;
        (string name, Func<string, string>? normalize) = FunctionOf(unique);
        try
        {
            normalized = normalize is null ? value : normalize(value);
        }
        catch (Exception failure)
        {
            // The message can contain the value.
            return $"was rejected by UserStoreOptions.{name} with {failure.GetType().Name}";
        }

        if (normalized is null)
            return $"was rejected by UserStoreOptions.{name}, which returned null";
        return unique.Normalization switch
        {
            UniqueValueNormalization.Email => ViolatedEmailRule(normalized),
            UniqueValueNormalization.CaseInsensitive => ViolatedTextRule(normalized),
            _ => UserRules.ViolatedKeyRule(normalized, UserRules.MaxPartitionKeyBytes),
        };
    }

    /// <summary>Normalizes the value of a property: a string, or a set of strings.</summary>
    /// <param name="unique">The property.</param>
    /// <param name="value">The value; afterwards the value as it is stored, or null if it violates a rule.</param>
    /// <returns>The violated rule, or null.</returns>
    public string? Normalize(UniqueValue unique, ref object? value)
    {
        if (value is string text)
        {
            string? rule = Normalize(unique, text, out string normalized);
            value = rule is null ? normalized : null;
            return rule;
        }

        if (value is not HashSet<string> set)
            return null;
        var stored = new HashSet<string>(set.Count, StringComparer.Ordinal);
        foreach (string? element in set)
        {
            string? rule = Normalize(unique, element ?? "", out string normalized);
            if (rule is not null)
            {
                value = null;
                return rule;
            }

            stored.Add(normalized);
        }

        if (!stored.SetEquals(set))
            value = stored;
        return null;
    }

    private (string Name, Func<string, string>? Function) FunctionOf(UniqueValue unique)
    {
        if (options.Normalizers.TryGetValue(unique.Name, out Func<string, string>? own))
            return ($"Normalizers[\"{unique.Name}\"]", own);
        return unique.Normalization switch
        {
            UniqueValueNormalization.Email => (nameof(options.NormalizeEmail), options.NormalizeEmail),
            UniqueValueNormalization.CaseInsensitive => ("", static value => value.Trim().ToLowerInvariant()),
            _ => ("", null),
        };
    }

    private static string? ViolatedTextRule(string text)
    {
        if (UserRules.ViolatedKeyRule(text, UserRules.MaxPartitionKeyBytes) is { } rule)
            return rule;
        return text.Any(unit => unit != ' ' && (char.IsWhiteSpace(unit) || char.IsControl(unit)))
            ? "must not contain control characters, or white space other than blanks"
            : null;
    }

    private static string? ViolatedEmailRule(string email)
    {
        if (UserRules.ViolatedKeyRule(email, UserRules.MaxPartitionKeyBytes) is { } rule)
            return rule;
        int at = email.IndexOf('@', StringComparison.Ordinal);
        if (at < 1 || at == email.Length - 1 || email.LastIndexOf('@') != at)
            return "must have one '@', between a name and a domain";
        return email.Any(
            unit => char.IsWhiteSpace(unit) || char.IsControl(unit)) ? "must not contain white space or control characters" : null;
    }

    private static bool IsAmbiguous(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format
        || Array.Exists(AmbiguousCharacters, range => rune.Value >= range.First && rune.Value <= range.Last);
}
