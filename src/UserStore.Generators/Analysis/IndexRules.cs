using Microsoft.CodeAnalysis;
using UserStore.Generators.Modeling;

namespace UserStore.Generators.Analysis;

/// <summary>Checks the indexes that properties are keys of.</summary>
internal static class IndexRules
{
    // The default quota of global secondary indexes per table, and the one of local ones.
    private const int MaxIndexes = 20;
    private const int MaxLocalIndexes = 5;

    public static IEnumerable<ModelViolation> Check(AnalyzedType type)
    {
        if (!type.HasKnownNames)
            yield break;
        Key[] partitions = Keys(type, "DynamoDBGlobalSecondaryIndexHashKeyAttribute");
        Key[] sorts = Keys(type, "DynamoDBGlobalSecondaryIndexRangeKeyAttribute");
        Key[] locals = Keys(type, "DynamoDBLocalSecondaryIndexRangeKeyAttribute");
        bool hasEnumMaps = !StructureReader.IsUser(type.Symbol);
        foreach (StoredMember member in partitions.Concat(sorts).Concat(locals).Select(key => key.Member).Distinct())
        {
            if (!member.FitsIndex(hasEnumMaps))
            {
                yield return new ModelViolation(
                    ModelRules.IndexKeyType, member.Symbol,
                    $"is a key of an index and of type {member.Type.InMessages()}; a key must be stored as a string or a number; change its type, or remove "
                        + "the attribute");
            }
        }

        foreach (ModelViolation twice in Twice(type, partitions).Concat(Twice(type, sorts)).Concat(Twice(type, locals)))
            yield return twice;
        foreach (Key sort in sorts.Where(sort => type.IsComplete && !partitions.Any(partition => partition.Index == sort.Index)))
        {
            yield return Violation(
                sort.Member, $"is the sort key of the index '{sort.Index}', which has no partition key; mark a property with "
                    + "[DynamoDBGlobalSecondaryIndexHashKey]");
        }

        foreach (Key local in locals)
        {
            if (partitions.Any(partition => partition.Index == local.Index))
                yield return Violation(local.Member, $"declares the index '{local.Index}' as a local one, and it is a global one as well; rename one");
            bool hasTableKey = KeyRules.KeysOf(type, "DynamoDBHashKeyAttribute").Length == 1 && KeyRules.KeysOf(type, "DynamoDBRangeKeyAttribute").Length == 1;
            if (type.IsComplete && !hasTableKey)
            {
                yield return Violation(
                    local.Member, $"is the sort key of the local index '{local.Index}', but the table has no sort key; make the index a global one, or mark a "
                        + "property with [DynamoDBRangeKey]");
            }
        }

        foreach (ModelViolation many in TooMany(type, partitions, MaxIndexes, "").Concat(TooMany(type, locals, MaxLocalIndexes, "local ")))
            yield return many;
    }

    private static Key[] Keys(AnalyzedType type, string attribute) =>
    [
        .. type.Stored.SelectMany(member => member.Attributes.All.Where(candidate => candidate.AttributeClass.IsOfSdk(attribute))
            .SelectMany(candidate => SdkAttributes.Strings(candidate, "IndexNames")).Select(index => new Key(index, member))),
    ];

    private static IEnumerable<ModelViolation> Twice(AnalyzedType type, Key[] keys) => keys.GroupBy(key => key.Index, key => key.Member)
        .Where(same => same.Skip(1).Any()).Select(same => Violation(
            type.LastOf([.. same]),
            $"is the second key of a kind of the index '{same.Key}'; keys of several attributes (Order) are not supported; remove one"));

    private static IEnumerable<ModelViolation> TooMany(AnalyzedType type, Key[] keys, int limit, string kind)
    {
        if (keys.Select(key => key.Index).Distinct().Count() > limit)
            yield return Violation(type.LastOf([.. keys.Select(key => key.Member)]), $"is a key of one of more than {limit} {kind}indexes; remove indexes");
    }

    private static ModelViolation Violation(StoredMember member, string reason) => new(ModelRules.Index, member.Symbol, reason);

    private sealed record Key(string Index, StoredMember Member);
}
