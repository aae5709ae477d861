using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Encryption;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Sending;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Users;

/// <summary>Maps users to items and back in the requests about them: by the SDK's context, or by a generated mapping.</summary>
internal abstract class UserRequests<TUser>
    where TUser : class
{
    /// <summary>Begins the expressions of a request.</summary>
    public abstract ExpressionWriter NewExpression();

    /// <summary>Maps a user.</summary>
    /// <param name="user">The user.</param>
    /// <param name="cipher">What encrypts its values; null if none are encrypted.</param>
    /// <exception cref="InvalidUserException">The item violates a rule of DynamoDB.</exception>
    public abstract MappedUser Map(TUser user, WriteCipher? cipher);

    /// <summary>Maps the new values of a patch.</summary>
    /// <param name="changes">The changes.</param>
    /// <param name="cipher">What encrypts the values; null if none are encrypted.</param>
    /// <exception cref="InvalidUserException">A value violates a rule of DynamoDB.</exception>
    public abstract MappedUser MapChanges(IReadOnlyList<PatchChange> changes, WriteCipher? cipher);

    /// <summary>Returns at least the size of a user's item in bytes.</summary>
    /// <exception cref="InvalidUserException">The item violates a rule of DynamoDB.</exception>
    public abstract long SizeOf(TUser user);

    /// <summary>Throws if the item of a user would violate a rule of DynamoDB, before a request is sent.</summary>
    /// <inheritdoc cref="SizeOf" path="/exception"/>
    public void Check(TUser user) => SizeOf(user);

    /// <summary>Returns the write of a whole item.</summary>
    /// <param name="writer">The writer with the values of the condition.</param>
    /// <param name="user">The user.</param>
    /// <param name="revision">The revision of the item.</param>
    /// <param name="condition">The condition.</param>
    /// <param name="unknown">Attributes of the item that the user type does not have.</param>
    public abstract Put NewPut(
        ExpressionWriter writer, MappedUser user, Revision revision, ExpressionText condition, Dictionary<string, AttributeValue>? unknown = null);

    /// <summary>Returns the write of attributes.</summary>
    /// <param name="writer">The writer with the values of both expressions.</param>
    /// <param name="key">The user.</param>
    /// <param name="update">The changes.</param>
    /// <param name="condition">The condition.</param>
    public abstract Update NewUpdate(ExpressionWriter writer, UserKey key, ExpressionText update, ExpressionText condition);

    /// <summary>Reads an item.</summary>
    public abstract Task<ReadItem<TUser>> GetAsync(StoreCall call, UserKey key, ReadConsistency consistency);

    /// <summary>Reads items by distinct keys, and returns those that exist, in any order.</summary>
    public abstract Task<List<ReadItem<TUser>>> GetManyAsync(StoreCall call, IReadOnlyCollection<UserKey> keys, ReadConsistency consistency);

    /// <summary>Reads a page of a query.</summary>
    /// <param name="call">The call that reads.</param>
    /// <param name="request">The request, to which names and values are still to be added.</param>
    /// <param name="writer">The writer with the names and values.</param>
    /// <param name="explainInvalid">Returns the exception for a request that DynamoDB calls invalid.</param>
    public abstract Task<ReadItems<TUser>> QueryAsync(
        StoreCall call, QueryRequest request, ExpressionWriter writer, Func<AmazonDynamoDBException, Task<UserStoreException>> explainInvalid);

    /// <summary>Reads a page of a scan.</summary>
    /// <inheritdoc cref="QueryAsync" path="/param"/>
    public abstract Task<ReadItems<TUser>> ScanAsync(
        StoreCall call, ScanRequest request, ExpressionWriter writer, Func<AmazonDynamoDBException, Task<UserStoreException>> explainInvalid);

    /// <summary>Sends the write of a whole item.</summary>
    /// <returns>The failed condition; null when it was applied.</returns>
    public abstract Task<ConditionFailure?> PutAsync(StoreCall call, Put put, Func<Task<bool>> wasApplied);

    /// <summary>Sends the write of attributes.</summary>
    /// <param name="call">The call that writes.</param>
    /// <param name="update">The write.</param>
    /// <param name="returnsItem">Whether the item after the write is returned.</param>
    /// <param name="wasApplied">Reads whether the write was applied, after a response was lost.</param>
    /// <param name="explainInvalid">Returns the exception for a write that DynamoDB calls invalid.</param>
    public abstract Task<WriteResult<ReadItem<TUser>>> UpdateAsync(
        StoreCall call,
        Update update,
        bool returnsItem,
        Func<Task<bool>> wasApplied,
        Func<AmazonDynamoDBException, Task<UserStoreException>>? explainInvalid = null);

    /// <summary>Sends the writes of a transaction.</summary>
    /// <param name="call">The call that writes.</param>
    /// <param name="actions">The writes.</param>
    /// <param name="wasApplied">Reads whether everything was written, after a response was lost.</param>
    /// <param name="explainInvalid">Returns the exception for a transaction that DynamoDB calls invalid.</param>
    /// <param name="batchSize">The number of users, if it is a batch.</param>
    /// <returns>The failed conditions; null when everything was written.</returns>
    public abstract Task<ConditionFailure?> TransactAsync(
        StoreCall call,
        List<TransactWriteItem> actions,
        Func<Task<bool>>? wasApplied,
        Func<AmazonDynamoDBException, Task<UserStoreException>>? explainInvalid,
        int? batchSize);
}
