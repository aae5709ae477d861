using Amazon.DynamoDBv2.Model;

namespace UserStore.Migrations;

/// <summary>Thrown for an item of an external table that would become the same user as another item. Neither is imported.</summary>
public sealed class DuplicateUserIdException : UserStoreException
{
    /// <summary>Initializes a new instance of the <see cref="DuplicateUserIdException"/> class.</summary>
    /// <param name="otherKey">The key of the other item.</param>
    public DuplicateUserIdException(IReadOnlyDictionary<string, AttributeValue> otherKey)
        : base(
            "The item would become the same user as another item of the table, so that neither was imported. Delete one of them, or give each an id "
                + "of its own in ExternalTable.UserId, and run the migration again.",
            null)
        => OtherKey = otherKey;

    /// <summary>Gets the key of the other item.</summary>
    public IReadOnlyDictionary<string, AttributeValue> OtherKey { get; }
}
