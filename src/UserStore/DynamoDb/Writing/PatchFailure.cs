using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Users;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Writing;

/// <summary>Finds out from the stored item why a patch cannot be applied: DynamoDB's messages are for people.</summary>
internal static class PatchFailure
{
    /// <summary>Refuses what the item alone shows to be impossible, before the patch is sent.</summary>
    public static void ThrowIfRefused(PreparedPatch patch, StoredUser stored)
    {
        if (WrongRevision(patch, stored) is { } wrong)
            throw wrong;
        if (WrongType(patch, stored) is { } invalid)
            throw invalid;
    }

    /// <summary>Explains a failed condition.</summary>
    public static UserStoreException Explain(PreparedPatch patch, StoredUser stored, Exception failure)
    {
        if (WrongRevision(patch, stored, failure) is { } wrong)
            return wrong;
        if (patch.Changes.FirstOrDefault(change => change.LeavesRange(stored.Number(change.Property))) is { } overflow)
            return overflow.OutOfRange(failure);
        if (patch.Condition is not null)
            return new UserConditionFailedException(patch.UserId, stored.Version, failure);

        // What stood against the write is gone by now: the item was created or changed since.
        return patch.ExpectedVersion is null
            ? new UserNotFoundException(patch.UserId, failure)
            : new UserConflictException(patch.UserId, patch.ExpectedVersion, stored.Version, innerException: failure);
    }

    /// <summary>Explains an invalid request.</summary>
    public static UserStoreException ExplainInvalid(PreparedPatch patch, StoredUser stored, AmazonDynamoDBException failure)
        => WrongType(patch, stored, failure) ?? new InvalidUserException(
            "Item", "must not exceed 400 KB, attribute names included, nor break another rule of DynamoDB after the change", failure);

    private static UserStoreException? WrongRevision(PreparedPatch patch, StoredUser stored, Exception? failure = null)
    {
        if (!stored.Exists(patch.Now))
            return new UserNotFoundException(patch.UserId, failure);
        return patch.ExpectedVersion is { } expected && stored.Version != expected
            ? new UserConflictException(patch.UserId, expected, stored.Version, innerException: failure)
            : null;
    }

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
