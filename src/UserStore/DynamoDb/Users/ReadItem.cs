using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Encryption;

namespace UserStore.DynamoDb.Users;

/// <summary>An item that was read: a user that is mapped already, an item that is still to be mapped, or neither for none and for one of another
/// kind.</summary>
/// <param name="User">The user.</param>
/// <param name="ExpiresAt">When the user expires, in epoch seconds.</param>
/// <param name="Item">The item that is still to be mapped.</param>
internal readonly record struct ReadItem<TUser>(TUser? User, long? ExpiresAt, Dictionary<string, AttributeValue>? Item)
    where TUser : class
{
    /// <summary>Gets the key of a mapped user, if it was read as well.</summary>
    public UserKey? Key { get; init; }

    /// <summary>Gets what decrypts the item; null if it was not looked for, or nothing is encrypted.</summary>
    public UserCipher? Cipher { get; init; }

    public static ReadItem<TUser> Of(Dictionary<string, AttributeValue>? item) => new(null, null, item is { Count: > 0 } ? item : null);
}

/// <summary>The items of a page: users that are mapped already, and among them those that are still to be mapped.</summary>
/// <param name="Users">The mapped users; null for none.</param>
/// <param name="Unmapped">The items that are still to be mapped, each with the number of users before it; null for none.</param>
/// <param name="Next">The position after which the next page starts; null after the last page.</param>
internal readonly record struct ReadItems<TUser>(
    List<TUser>? Users, List<(int Position, Dictionary<string, AttributeValue> Item)>? Unmapped, string? Next)
    where TUser : class;
