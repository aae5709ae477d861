using System.Net;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;

namespace UserStore.DynamoDb;

/// <summary>The one place through which requests leave, and where the SDK's failures become the store's.</summary>
/// <remarks>A failed condition passes through: only the operation that set the condition knows what it means.</remarks>
internal sealed class RequestSender(IAmazonDynamoDB client, TableSchema schema)
{
    /// <param name="operation">The name of the operation in the service's API.</param>
    /// <param name="send">Sends the request.</param>
    /// <param name="cancellationToken">Abandons the call.</param>
    /// <param name="explainRefusal">Finds out why DynamoDB called the request invalid, when table and indexes are as they should
    /// be.</param>
    public async Task<TResponse> SendAsync<TResponse>(
        string operation,
        Func<CancellationToken, Task<TResponse>> send,
        CancellationToken cancellationToken,
        Func<AmazonDynamoDBException, Task<UserStoreException>>? explainRefusal = null)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return await send(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not (ConditionalCheckFailedException or UserStoreException)
            && !(failure is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            throw await TranslateAsync(operation, failure, explainRefusal, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<UserStoreException> TranslateAsync(
        string operation,
        Exception failure,
        Func<AmazonDynamoDBException, Task<UserStoreException>>? explainRefusal,
        CancellationToken cancellationToken)
    {
        string subject = $"{operation} on table '{schema.TableName}'";
        switch (failure)
        {
            case ResourceNotFoundException:
                return await FindDifferenceAsync(failure, cancellationToken).ConfigureAwait(false)
                    ?? (UserStoreException)new UserStoreUnavailableException(
                        $"{subject} found no table or index, which exist by now.", failure);

            // The service reports a missing index, and keys that do not fit, as an invalid request.
            case AmazonDynamoDBException { ErrorCode: "ValidationException" } invalid:
                return await FindDifferenceAsync(failure, cancellationToken).ConfigureAwait(false)
                    ?? (explainRefusal is null
                        ? new InvalidUserException("Item", "was refused by DynamoDB; the inner exception says why", failure)
                        : await explainRefusal(invalid).ConfigureAwait(false));

            case ProvisionedThroughputExceededException or RequestLimitExceededException or LimitExceededException
                or AmazonServiceException { ErrorCode: "ThrottlingException" or "Throttling" }:
                return new UserStoreThrottledException(
                    $"{subject} was throttled. Try again later, or give the table more capacity.", failure);

            case TransactionConflictException:
                return new UserStoreUnavailableException($"{subject} met a running transaction. Try again.", failure);

            case AmazonServiceException service:
                return Translate(subject, service);

            case HttpRequestException or IOException or TimeoutException or OperationCanceledException or AmazonUnmarshallingException:
                return new UserStoreUnavailableException($"{subject} got no usable answer.", failure);

            case AmazonClientException:
                return new UserStoreUnavailableException(
                    $"{subject} could not be sent. Check region, endpoint and credentials.", failure, isTransient: false);

            case InvalidOperationException or InvalidCastException or FormatException or OverflowException or ArgumentException:
                return new UserStoreSchemaException(
                    schema.TableName,
                    null,
                    $"{operation} met an item that cannot be read as {schema.Model.UserType.Name}. "
                        + "Correct the item; the inner exception tells what does not fit.",
                    failure);

            default:
                return new UserStoreUnavailableException($"{subject} failed.", failure, isTransient: false);
        }
    }

    private static UserStoreUnavailableException Translate(string subject, AmazonServiceException failure)
    {
        bool gotAnswer = failure.StatusCode != 0 && failure.ErrorCode is not null;
        bool isTransient = !gotAnswer || failure.StatusCode >= HttpStatusCode.InternalServerError
            || failure.InnerException is HttpRequestException or IOException or TimeoutException;
        return isTransient
            ? new UserStoreUnavailableException($"{subject} got no usable answer.", failure)
            : new UserStoreUnavailableException(
                $"{subject} was refused ({failure.ErrorCode}). Check the caller's permissions, region and credentials.",
                failure,
                isTransient: false);
    }

    // The server's message names no table, so this asks for each table once, and only after a failure.
    private async Task<UserStoreSchemaException?> FindDifferenceAsync(Exception cause, CancellationToken cancellationToken)
    {
        try
        {
            DescribeTableResponse response = await client.DescribeTableAsync(schema.TableName, cancellationToken).ConfigureAwait(false);
            return schema.Difference(response.Table, cause);
        }
        catch (ResourceNotFoundException)
        {
            return new UserStoreSchemaException(
                schema.TableName,
                null,
                "does not exist. Run EnsureTablesAsync, or correct the name, prefix, region or endpoint in UserStoreOptions.",
                cause);
        }
        catch (AmazonServiceException) when (cause is ResourceNotFoundException)
        {
            // Without permission to describe the table, the first answer is all there is to tell.
            return new UserStoreSchemaException(
                schema.TableName,
                null,
                "or an index of it does not exist. Run EnsureTablesAsync, or correct the names in UserStoreOptions.",
                cause);
        }
        catch (AmazonServiceException)
        {
            return null;
        }
    }
}
