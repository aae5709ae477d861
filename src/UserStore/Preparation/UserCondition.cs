using UserStore.Modeling;

namespace UserStore.Preparation;

/// <summary>A condition on stored attributes, with the meaning that DynamoDB gives it.</summary>
internal abstract record UserCondition
{
    private protected UserCondition()
    {
    }

    /// <summary>Returns the properties that a condition uses.</summary>
    public static IEnumerable<MappedProperty> PropertiesOf(UserCondition condition) => condition switch
    {
        AndCondition both => PropertiesOf(both.Left).Concat(PropertiesOf(both.Right)),
        OrCondition either => PropertiesOf(either.Left).Concat(PropertiesOf(either.Right)),
        NotCondition not => PropertiesOf(not.Inner),
        ComparisonCondition comparison => [comparison.Property],
        InCondition membership => [membership.Property],
        StartsWithCondition prefix => [prefix.Property],
        ContainsCondition contains => [contains.Property],
        PresentCondition present => [present.Property],
        _ => throw new InvalidOperationException($"The properties of {condition.GetType().Name} are not known."),
    };

    /// <summary>Returns a string with the condition and its values, the same for equal conditions.</summary>
    public static string Describe(UserCondition? condition) => condition switch
    {
        null => "",
        AndCondition both => $"({Describe(both.Left)} and {Describe(both.Right)})",
        OrCondition either => $"({Describe(either.Left)} or {Describe(either.Right)})",
        NotCondition not => $"(not {Describe(not.Inner)})",
        ComparisonCondition comparison => $"{comparison.Property.AttributeName} {comparison.Operator} {comparison.Value}",
        InCondition membership => $"{membership.Property.AttributeName} in {string.Join(", ", membership.Values)}",
        StartsWithCondition prefix => $"{prefix.Property.AttributeName} starts with {prefix.Prefix}",
        ContainsCondition contains => $"{contains.Property.AttributeName} contains {contains.Value}",
        PresentCondition present => $"{present.Property.AttributeName} is present",
        _ => throw new InvalidOperationException($"There is no description of {condition.GetType().Name}."),
    };
}

internal sealed record AndCondition(UserCondition Left, UserCondition Right) : UserCondition;

internal sealed record OrCondition(UserCondition Left, UserCondition Right) : UserCondition;

internal sealed record NotCondition(UserCondition Inner) : UserCondition;

/// <summary>Compares an attribute with a value. An absent attribute, or one of another type, satisfies only <c>&lt;&gt;</c>.</summary>
internal sealed record ComparisonCondition(MappedProperty Property, ComparisonOperator Operator, StoredScalar Value) : UserCondition;

/// <summary>Accepts an attribute that equals one of the values.</summary>
internal sealed record InCondition(MappedProperty Property, IReadOnlyList<StoredScalar> Values) : UserCondition;

/// <summary>Accepts a string that starts with another.</summary>
internal sealed record StartsWithCondition(MappedProperty Property, string Prefix) : UserCondition;

/// <summary>Accepts a string that contains another, or a list that contains a value.</summary>
internal sealed record ContainsCondition(MappedProperty Property, StoredScalar Value) : UserCondition;

/// <summary>Accepts an item that has the attribute, with a value other than NULL.</summary>
internal sealed record PresentCondition(MappedProperty Property) : UserCondition;
