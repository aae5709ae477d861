using Microsoft.CodeAnalysis;
using UserStore.Generators.Modeling;

namespace UserStore.Generators.Analysis;

/// <summary>Checks that no property is encrypted that DynamoDB, or the store without the data key, must read.</summary>
internal static class EncryptionRules
{
    private const string Encrypted = "EncryptedAttribute";

    private static readonly string[] IndexKeys =
    [
        "DynamoDBGlobalSecondaryIndexHashKeyAttribute", "DynamoDBGlobalSecondaryIndexRangeKeyAttribute", "DynamoDBLocalSecondaryIndexRangeKeyAttribute",
    ];

    public static IEnumerable<ModelViolation> Check(AnalyzedType type)
    {
        foreach (StoredMember member in type.StoredWith(attributes => attributes.Own(Encrypted) is not null))
        {
            if (ReadableRoleOf(member, type) is { } role)
            {
                yield return new ModelViolation(
                    ModelRules.Encrypted, member.Symbol, $"has [Encrypted] and is {role}; remove [Encrypted], or keep the value in another property")
                {
                    ChangedPlace = member.Attributes.Own(Encrypted).PlaceOf(),
                };
            }
        }
    }

    private static string? ReadableRoleOf(StoredMember member, AnalyzedType type)
    {
        SdkAttributes attributes = member.Attributes;
        if (KeyRules.KeysOf(type, "DynamoDBHashKeyAttribute").Contains(member) || KeyRules.KeysOf(type, "DynamoDBRangeKeyAttribute").Contains(member))
            return "a part of the key";
        if (attributes.All.Any(attribute => IndexKeys.Any(attribute.AttributeClass.IsOfSdk)))
            return "a key of an index";
        if (attributes.OfSdk("DynamoDBVersionAttribute") is not null)
            return "the version";
        if (RoleRules.IsTime(member))
            return "a time that the store maintains";
        if (attributes.Own("ExpiresAtAttribute") is not null)
            return "the expiry";
        if (attributes.IsFlattened)
            return "flattened into several attributes";
        if (attributes.Own("IndexedAttribute") is not null)
            return "an indexed value";
        return type.Stored.FirstOrDefault(scoped => scoped.Attributes.Own("UniqueAttribute") is { } unique
            && SdkAttributes.Argument(unique, "Within") is string name && name == member.Name) is { } of ? $"the scope of {of.Name}" : null;
    }
}
