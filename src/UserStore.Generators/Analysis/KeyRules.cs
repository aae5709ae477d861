using UserStore.Generators.Modeling;

namespace UserStore.Generators.Analysis;

/// <summary>Checks the keys of the table.</summary>
internal static class KeyRules
{
    /// <summary>Returns the properties that are declared as a key. The attributes of indexes derive from those of tables, and are none.</summary>
    public static StoredMember[] KeysOf(AnalyzedType type, string attribute)
        => [.. type.StoredWith(attributes => attributes.All.Any(candidate => candidate.AttributeClass.IsOfSdk(attribute)))];

    public static IEnumerable<ModelViolation> Check(AnalyzedType type) => Check(type, "DynamoDBHashKeyAttribute", "[DynamoDBHashKey]")
        .Concat(Check(type, "DynamoDBRangeKeyAttribute", "[DynamoDBRangeKey]"));

    /// <summary>Returns whether code must describe the key, because no attribute declares it.</summary>
    public static ModelViolation? CheckMissing(AnalyzedType type)
    {
        bool isMissing = type is { IsComplete: true, HasKnownNames: true, HasOwnAttributes: true } && KeysOf(type, "DynamoDBHashKeyAttribute").Length == 0;
        return isMissing
            ? new ModelViolation(
                ModelRules.KeyMissing, type.Symbol, "has no key; mark a property with [DynamoDBHashKey], or describe it by UserStoreOptions.Describe")
            : null;
    }

    private static IEnumerable<ModelViolation> Check(AnalyzedType type, string attribute, string name)
    {
        StoredMember[] keys = KeysOf(type, attribute);
        if (keys.Length > 1)
        {
            StoredMember last = type.LastOf(keys);
            StoredMember other = keys.First(key => key != last);
            yield return new ModelViolation(
                ModelRules.KeyTwice, last.Symbol, $"has {name}, which {other.Name} has as well; mark only one property with {name}");
        }

        foreach (StoredMember key in keys)
        {
            if (!key.FitsKey())
            {
                yield return new ModelViolation(
                    ModelRules.KeyType, key.Symbol,
                    $"is a key of type {key.Type.InMessages()}; a key must be a string, a Guid or an integer up to long; change its type, or move {name}");
            }
            else if (key.Attributes.Own("GeneratedKeyAttribute") is not null && StorableTypes.IsInteger(key.ValueType()))
            {
                yield return new ModelViolation(
                    ModelRules.GeneratedKey, key.Symbol,
                    "has [GeneratedKey] and is an integer; only a string or a Guid can be generated; change its type, or remove [GeneratedKey]")
                {
                    ChangedPlace = key.Attributes.Own("GeneratedKeyAttribute").PlaceOf(),
                };
            }
        }
    }
}
