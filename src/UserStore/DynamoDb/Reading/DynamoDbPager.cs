using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;
using UserStore.Paging;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Reading;

/// <summary>Reads pages of items, one request each, and maps each item by itself.</summary>
internal abstract class DynamoDbPager<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserTable<TUser> table, Func<byte[]> fingerprint, int? limit)
    : UserPager<TUser>(table.QueryInput.Tokens, fingerprint, limit)
    where TUser : class
{
    /// <summary>Gets a value indicating whether an item that cannot be read is an error, whatever the options specify.</summary>
    public bool MustReadAll { get; init; }

    /// <summary>Returns the key after which a page starts; null for the first page.</summary>
    /// <param name="position">The key, as <see cref="ToPageAsync"/> returned it.</param>
    /// <param name="query">The query; null for a listing.</param>
    /// <exception cref="InvalidContinuationTokenException">The position is no key of the table and the index, or of another partition.</exception>
    protected Dictionary<string, AttributeValue>? StartKeyAt(string? position, PreparedQuery? query)
        => position is null ? null : KeyPosition.Parse(position, table.Schema.Users, query);

    protected async ValueTask<ReadPage<TUser>> ToPageAsync(StoreCall call, ReadItems<TUser> read)
    {
        List<TUser> mapped = read.Users ?? [];
        if (read.Unmapped is not { } items)
            return new ReadPage<TUser>(mapped, read.Next, []);

        var users = new List<TUser>(mapped.Count + items.Count);
        List<UnreadableUser>? unreadable = null;
        int taken = 0;
        foreach ((int position, StoredUser stored) in await table.UnlockAsync(call, items).ConfigureAwait(false))
        {
            for (; taken < position; taken++)
                users.Add(mapped[taken]);
            if (!stored.IsUser)
                continue; // of another kind, by a key of the queried index
            (TUser? user, UnreadableUser? problem) = MustReadAll ? (table.ToUser(stored), null) : table.ToUserOrReport(stored);
            if (user is not null)
                users.Add(user);
            else
                (unreadable ??= []).Add(problem!);
        }

        for (; taken < mapped.Count; taken++)
            users.Add(mapped[taken]);
        return new ReadPage<TUser>(users, read.Next, unreadable ?? []);
    }

    /// <summary>Returns the exception for a request that DynamoDB calls invalid: with a position, the token is to blame.</summary>
    protected Task<UserStoreException> ExplainInvalidAsync(string operation, string? position, AmazonDynamoDBException failure)
        => Task.FromResult<UserStoreException>(position is null
            ? new UserStoreUnavailableException(
                $"{operation} on table '{table.TableName}' was rejected by DynamoDB; the inner exception contains the reason.", failure, isTransient: false)
            : new InvalidContinuationTokenException("was rejected by DynamoDB", failure));
}
