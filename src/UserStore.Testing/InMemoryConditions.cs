using System.Collections;
using UserStore.Modeling;
using UserStore.Preparation;

namespace UserStore.Testing;

/// <summary>Evaluates conditions as DynamoDB does: for an absent attribute, or one of another type, every comparison except "not
/// equal" is false.</summary>
internal static class InMemoryConditions
{
    public static bool Accepts<TUser>(this UserCondition condition, InMemoryRow<TUser> row)
        where TUser : class
        => condition switch
        {
            AndCondition both => both.Left.Accepts(row) && both.Right.Accepts(row),
            OrCondition either => either.Left.Accepts(row) || either.Right.Accepts(row),
            NotCondition not => !not.Inner.Accepts(row),
            PresentCondition present => row.ValueOf(present.Property) is not null,
            ComparisonCondition comparison => Compare(row.ScalarOf(comparison.Property), comparison.Operator, comparison.Value),
            InCondition membership => row.ScalarOf(membership.Property) is { } value && membership.Values.Any(value.SameAs),
            StartsWithCondition prefix => row.ScalarOf(prefix.Property) is { Kind: ScalarKind.String } text
                && text.Text.StartsWith(prefix.Prefix, StringComparison.Ordinal),
            ContainsCondition contains => Contains(row, contains),
            _ => throw new InvalidOperationException($"There is no rule for {condition.GetType().Name}."),
        };

    private static bool Compare(StoredScalar? stored, ComparisonOperator @operator, StoredScalar value)
    {
        if (stored is not { } found || found.Kind != value.Kind)
            return @operator == ComparisonOperator.NotEqual;
        int order = found.CompareTo(value);
        return @operator switch
        {
            ComparisonOperator.Equal => order == 0,
            ComparisonOperator.NotEqual => order != 0,
            ComparisonOperator.Less => order < 0,
            ComparisonOperator.LessOrEqual => order <= 0,
            ComparisonOperator.Greater => order > 0,
            _ => order >= 0,
        };
    }

    private static bool Contains<TUser>(InMemoryRow<TUser> row, ContainsCondition condition)
        where TUser : class
        => row.ValueOf(condition.Property) switch
        {
            null => false,
            string text => condition.Value.Kind == ScalarKind.String && text.Contains(condition.Value.Text, StringComparison.Ordinal),
            IEnumerable items => items.Cast<object?>().Any(item =>
                item is not null && MappedProperty.TryToStored(item, out StoredScalar stored) && stored.SameAs(condition.Value)),
            _ => false,
        };
}
