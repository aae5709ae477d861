using System.Text;

namespace UserStore.Modeling;

/// <summary>The rules that a user must meet before a request is sent. Each is the end of a sentence about a field.</summary>
internal static class UserRules
{
    // Lengths of keys in bytes of UTF-8; Amazon DynamoDB Developer Guide, "Quotas".
    public const int MaxPartitionKeyBytes = 2048;
    public const int MaxSortKeyBytes = 1024;

    public const string WellFormed = "must be well-formed Unicode text";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Returns the length in bytes of UTF-8, or null when the text holds half of a surrogate pair.</summary>
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

    /// <summary>Returns the rule that the text breaks as a key, or null.</summary>
    public static string? ViolatedKeyRule(string? text, int maxBytes)
    {
        if (string.IsNullOrEmpty(text))
            return "must not be empty";
        if (string.IsNullOrWhiteSpace(text))
            return "must not be white space";
        return Utf8Length(text) switch
        {
            null => WellFormed,
            int length when length > maxBytes => $"must not be longer than {maxBytes} bytes of UTF-8",
            _ => null,
        };
    }

    /// <summary>Returns the rule that a normalised email breaks, or null.</summary>
    public static string? ViolatedEmailRule(string? email)
    {
        if (ViolatedKeyRule(email, MaxPartitionKeyBytes) is { } rule)
            return rule;
        int at = email!.LastIndexOf('@');
        if (at < 1 || at == email.Length - 1)
            return "must have an '@' between a name and a domain";
        return email.Any(
            unit => char.IsWhiteSpace(unit) || char.IsControl(unit)) ? "must not contain white space or control characters" : null;
    }

    /// <summary>Returns all rules about single properties that a prepared user breaks.</summary>
    public static List<UserRuleViolation> Broken(User user, UserModel model)
    {
        var broken = new List<UserRuleViolation>();
        Add(broken, nameof(User.UserId), ViolatedKeyRule(user.UserId, MaxPartitionKeyBytes));
        foreach (MappedProperty list in model.StringLists)
            Add(broken, list.Name, ViolatedListRule(list.GetValue(user)));
        foreach ((MappedProperty property, int maxBytes) in model.KeyRules)
            Add(broken, property.Name, ViolatedKeyRule(property, property.GetValue(user), maxBytes));
        return broken;
    }

    /// <summary>Returns the rule that a value breaks as the value of a property that is a key of an index, or null.</summary>
    public static string? ViolatedKeyRule(MappedProperty property, object? value, int maxBytes) => property.Name switch
    {
        nameof(User.Email) => value is null ? null : ViolatedEmailRule((string)value),
        nameof(User.Status) => ViolatedKeyRule((string?)value, maxBytes),
        // A user without the key of an index is not in that index, which is fine.
        _ => value is string text ? ViolatedKeyRule(text, maxBytes) : null,
    };

    /// <summary>Returns the rule that several texts break, or null.</summary>
    public static string? ViolatedListRule(object? value)
        => value is IEnumerable<string?> texts && texts.Contains(null) ? "must not contain null" : null;

    private static void Add(List<UserRuleViolation> broken, string field, string? rule)
    {
        if (rule is not null)
            broken.Add(new UserRuleViolation(field, rule));
    }
}
