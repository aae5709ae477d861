using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.Modeling;
using UserStore.Requests;

namespace UserStore.DynamoDb;

/// <summary>Finds out from the stored item why DynamoDB refused a patch: its messages are for people.</summary>
internal static class PatchRefusal
{
    /// <summary>Explains a failed condition.</summary>
    public static UserStoreException Explain(
        PreparedPatch patch, Dictionary<string, AttributeValue>? item, UserModel model, ConditionalCheckFailedException failure)
    {
        StoredRevision stored = StoredRevision.Of(item, model, patch.Now);
        if (!stored.Exists)
            return new UserNotFoundException(patch.UserId, failure);
        if (patch.ExpectedVersion is { } expected && stored.Version != expected)
            return new UserConflictException(patch.UserId, expected, stored.Version, innerException: failure);
        if (patch.Changes.FirstOrDefault(change => change.LeavesRange(StoredRevision.Number(item!, change.Property))) is { } overflow)
            return overflow.OutOfRange(failure);
        if (patch.Condition is not null)
            return new UserConditionFailedException(patch.UserId, stored.Version, failure);

        // What stood against the write is gone by now: the item was created or changed since.
        return patch.ExpectedVersion is null
            ? new UserNotFoundException(patch.UserId, failure)
            : new UserConflictException(patch.UserId, patch.ExpectedVersion, stored.Version, innerException: failure);
    }

    /// <summary>Explains an invalid request.</summary>
    public static UserStoreException Explain(PreparedPatch patch, Dictionary<string, AttributeValue> item, AmazonDynamoDBException failure)
    {
        foreach (PatchChange change in patch.Changes)
        {
            if (!item.TryGetValue(change.Property.AttributeName, out AttributeValue? stored))
                continue;
            if (change.Action == PatchAction.Increment && stored.N is null)
            {
                return new InvalidUserException(
                    change.Property.Name,
                    "is stored as something else than a number, so nothing can be added to it; set it instead",
                    failure);
            }

            if (change.Action == PatchAction.Append && stored.L is null)
            {
                return new InvalidUserException(
                    change.Property.Name,
                    "is stored as something else than a list, so nothing can be appended to it; set it instead",
                    failure);
            }
        }

        return new InvalidUserException(
            "Item", "must not exceed 400 KB, attribute names included, nor break another rule of DynamoDB after the change", failure);
    }
}
