using System.Text;

namespace UserStore.Modeling;

/// <summary>Validates users before a request is sent. A rule is the predicate of a sentence whose subject is a field.</summary>
internal static class UserRules
{
    // Maximum lengths of keys in UTF-8 bytes; Amazon DynamoDB Developer Guide, "Quotas".
    public const int MaxPartitionKeyBytes = 2048;
    public const int MaxSortKeyBytes = 1024;

    public const string NotEmptyRule = "must not be empty";
    public const string WellFormedRule = "must be well-formed Unicode text";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Returns the length in UTF-8 bytes, or null if the string contains an unpaired surrogate.</summary>
    public static int? Utf8Length(string text)
    {
        try
        {
            return StrictUtf8.GetByteCount(text);
        }
        catch (EncoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>Returns the rule that the string violates as a key, or null.</summary>
    public static string? ViolatedKeyRule(string? text, int maxBytes)
    {
        if (string.IsNullOrEmpty(text))
            return NotEmptyRule;
        if (string.IsNullOrWhiteSpace(text))
            return "must not be white space";
        return Utf8Length(text) switch
        {
            null => WellFormedRule,
            int length when length > maxBytes => $"must not be longer than {maxBytes} bytes of UTF-8",
            _ => null,
        };
    }

    /// <summary>Returns the rule that a normalized email violates, or null.</summary>
    public static string? ViolatedEmailRule(string? email)
    {
        if (ViolatedKeyRule(email, MaxPartitionKeyBytes) is { } rule)
            return rule;
        int at = email!.IndexOf('@', StringComparison.Ordinal);
        if (at < 1 || at == email.Length - 1 || email.LastIndexOf('@') != at)
            return "must have one '@', between a name and a domain";
        return email.Any(
            unit => char.IsWhiteSpace(unit) || char.IsControl(unit)) ? "must not contain white space or control characters" : null;
    }

    /// <summary>Returns all violations of rules about single properties of a prepared user.</summary>
    public static List<UserRuleViolation> Violations(User user, UserModel model)
    {
        var violations = new List<UserRuleViolation>();
        violations.AddRange(model.Key.Violations(model.Key.Of(user)));
        foreach (MappedProperty list in model.StringLists)
            Add(violations, list.Name, ViolatedListRule(list.GetValue(user)));
        foreach ((MappedProperty property, int maxBytes) in model.KeyRules)
            Add(violations, property.Name, ViolatedKeyRule(property, property.GetValue(user), maxBytes));
        return violations;
    }

    /// <summary>Returns the rule that a value violates for a property that is a key of an index, or null.</summary>
    public static string? ViolatedKeyRule(MappedProperty property, object? value, int maxBytes) => property.Name switch
    {
        nameof(User.Email) => value is null ? null : ViolatedEmailRule((string)value),
        nameof(User.Status) => ViolatedKeyRule((string?)value, maxBytes),
        // A user without the key of an index is not in that index, which is valid.
        _ => value is string text ? ViolatedKeyRule(text, maxBytes) : null,
    };

    /// <summary>Returns the rule that a list of strings violates, or null.</summary>
    public static string? ViolatedListRule(object? value)
        => value is IEnumerable<string?> items && items.Contains(null) ? "must not contain null" : null;

    private static void Add(List<UserRuleViolation> violations, string field, string? rule)
    {
        if (rule is not null)
            violations.Add(new UserRuleViolation(field, rule));
    }
}
