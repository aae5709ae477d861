using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Users;
using UserStore.Modeling;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Writing;

/// <summary>Determines from the stored item why a patch cannot be applied, because DynamoDB's messages are not machine-readable.</summary>
internal static class PatchFailure
{
    /// <summary>Throws if the item alone shows that the patch cannot be applied.</summary>
    public static void ThrowIfImpossible(PreparedPatch patch, StoredUser stored)
    {
        if (WrongRevision(patch, stored) is { } wrong)
            throw wrong;
        if (WrongType(patch, stored) is { } invalid)
            throw invalid;
    }

    /// <summary>Returns the exception for a failed condition of the patch.</summary>
    /// <returns>Null when the item fulfils the conditions of the patch, or when it only shows that another write came first.</returns>
    public static UserStoreException? Explain(PreparedPatch patch, StoredUser stored, Exception failure)
    {
        if (WrongRevision(patch, stored, failure) is { } wrong)
            return wrong;
        if (Unstorable(patch, stored, failure) is { } unstorable)
            return unstorable;
        return patch.Condition is null || stored.Revision.IsAbove(patch.WriteId)
            ? null
            : new UserConditionFailedException(patch.Key, stored.Revision.Version, failure);
    }

    /// <summary>Returns the exception for an invalid request.</summary>
    public static UserStoreException ExplainInvalid(PreparedPatch patch, StoredUser stored, AmazonDynamoDBException failure)
        => WrongType(patch, stored, failure) ?? Unstorable(patch, stored, failure) ?? new InvalidUserException(
            "Item", "must not exceed 400 KB, attribute names included, nor break another rule of DynamoDB after the change", failure);

    private static UserStoreException? WrongRevision(PreparedPatch patch, StoredUser stored, Exception? failure = null)
    {
        if (stored.IsRestricted)
            return new UserRestrictedException(patch.Key, failure);
        if (!stored.Exists(patch.Now))
            return new UserNotFoundException(patch.Key, failure);
        return patch.ExpectedVersion is { } expected && stored.Revision.Version != expected
            ? new UserConflictException(patch.Key, expected, stored.Revision.Version, innerException: failure)
            : null;
    }

    private static InvalidUserException? Unstorable(PreparedPatch patch, StoredUser stored, Exception failure) => patch.Changes
        .Select(change => change.ViolatedBy(StoredNumber.Find(stored.Item.GetValueOrDefault(change.Property.AttributeName)?.N), failure))
        .FirstOrDefault(violation => violation is not null);

    private static InvalidUserException? WrongType(PreparedPatch patch, StoredUser stored, Exception? failure = null)
    {
        foreach (PatchChange change in patch.Changes)
        {
            if (!stored.Item.TryGetValue(change.Property.AttributeName, out AttributeValue? value))
                continue;
            if (change.Action == PatchAction.Increment && value.N is null)
            {
                return new InvalidUserException(
                    change.Property.Name,
                    "is stored as something else than a number, so nothing can be added to it; set it instead",
                    failure);
            }

            if (change.Action == PatchAction.Append && value.L is null)
            {
                return new InvalidUserException(
                    change.Property.Name,
                    "is stored as something else than a list, so nothing can be appended to it; set it instead",
                    failure);
            }
        }

        return null;
    }
}
