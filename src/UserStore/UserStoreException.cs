using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;

namespace UserStore;

/// <summary>Represents a failure that the store reports. Incorrect use of the API throws the framework's argument exceptions
/// instead.</summary>
/// <remarks>Messages contain ids and the names of fields, tables and indexes, never emails, names or other values. The SDK's exception is the
/// inner exception, without the items that DynamoDB returned with it.</remarks>
public abstract class UserStoreException : Exception
{
    private string? _operation;
    private IReadOnlyList<string> _tableNames = [];

    private protected UserStoreException(string message, Exception? innerException)
        : base(message, WithoutItems(innerException))
    {
    }

    /// <summary>Gets a value indicating whether the same call may succeed when it is retried unchanged.</summary>
    public virtual bool IsTransient => false;

    /// <summary>Gets the operation of DynamoDB's API that failed, such as <c>GetItem</c>.</summary>
    /// <value><see langword="null"/> if no request failed.</value>
    public string? Operation
    {
        get => _operation;
        init => _operation = value;
    }

    /// <summary>Gets the tables of the request that failed, with their prefix.</summary>
    /// <value>Empty if no request failed.</value>
    public IReadOnlyList<string> TableNames
    {
        get => _tableNames;
        init => _tableNames = value;
    }

    // A logger that stores the properties of exceptions would otherwise store whole users. Whoever needs the item has read it by now.
    private static Exception? WithoutItems(Exception? exception)
    {
        // The message of an error that the SDK could not read contains the whole response.
        if (exception is AmazonServiceException { ErrorCode: null } unread and not AmazonUnmarshallingException && unread.Message.Contains("HTTP Body"))
            return new IOException($"The response with HTTP status {(int)unread.StatusCode} is no error of DynamoDB.");
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is ConditionalCheckFailedException single)
                single.Item = null;
            foreach (CancellationReason reason in (cause as TransactionCanceledException)?.CancellationReasons ?? [])
                reason.Item = null;
        }

        return exception;
    }

    /// <summary>Adds the request that failed, as far as it is not known yet.</summary>
    internal void SetRequest(string operation, IReadOnlyList<string> tableNames)
    {
        _operation ??= operation;
        if (_tableNames.Count == 0)
            _tableNames = tableNames;
    }
}
