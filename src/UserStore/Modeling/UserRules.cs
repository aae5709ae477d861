using System.Text;

namespace UserStore.Modeling;

/// <summary>Validates users before a request is sent. A rule is the predicate of a sentence whose subject is a field.</summary>
internal static class UserRules
{
    // Maximum lengths of keys in UTF-8 bytes; Amazon DynamoDB Developer Guide, "Quotas".
    public const int MaxPartitionKeyBytes = 2048;

    /// <summary>The maximum number of unique values of a user: each changed one takes up to three of the 100 actions of a transaction, and the user
    /// one.</summary>
    public const int MaxUniqueValues = 30;

    /// <summary>The actions of a transaction for reservations: of its 100, four are left for the user and for what is written or checked with it. Amazon
    /// DynamoDB API Reference, "TransactWriteItems".</summary>
    public const int MaxReservingActions = 96;
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

    /// <summary>Adds all violations of rules about single properties of a user, except those about its key and its unique values.</summary>
    public static void AddViolations(object user, UserModel model, List<UserRuleViolation> violations)
    {
        foreach (MappedProperty list in model.StringLists)
            Add(violations, list.Name, ViolatedListRule(list.GetValue(user)));
        foreach ((MappedProperty property, int maxBytes) in model.IndexKeys)
            Add(violations, property.Name, ViolatedKeyRule(property, property.GetValue(user), maxBytes, model));
        foreach ((MappedProperty property, StoredScalar value) in model.Discriminators)
        {
            if (property.GetValue(user) is not { } given || !property.TryToScalar(given, out StoredScalar scalar) || !scalar.SameAs(value))
                violations.Add(new UserRuleViolation(property.Name, "must satisfy the OnlyWhere of the store"));
        }
    }

    /// <summary>Returns the rule that a value violates for a property that is a key of an index, or null.</summary>
    public static string? ViolatedKeyRule(MappedProperty property, object? value, int maxBytes, UserModel model)
    {
        if (value is null)
            return model.AlwaysStored.Contains(property) ? NotEmptyRule : null; // a user without the key of an index is not in that index, which is valid
        return value is string text ? ViolatedKeyRule(text, maxBytes) : null;
    }

    /// <summary>Returns the rule that a list of strings violates, or null.</summary>
    public static string? ViolatedListRule(object? value)
        => value is IEnumerable<string?> items && items.Contains(null) ? "must not contain null" : null;

    private static void Add(List<UserRuleViolation> violations, string field, string? rule)
    {
        if (rule is not null)
            violations.Add(new UserRuleViolation(field, rule));
    }
}
