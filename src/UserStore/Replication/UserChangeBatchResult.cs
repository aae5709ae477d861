using System.Text.Json;

namespace UserStore.Replication;

/// <summary>Represents the result of a batch of stream records.</summary>
/// <param name="Handled">The number of records that were handled.</param>
/// <param name="Failures">The records that were not handled, in the order of the batch.</param>
public sealed record UserChangeBatchResult(int Handled, IReadOnlyList<UserChangeFailure> Failures)
{
    /// <summary>Writes the response that Lambda expects if the event source reports batch item failures:
    /// <c>{"batchItemFailures": [{"itemIdentifier": "..."}]}</c>.</summary>
    /// <param name="output">The stream to write to, in UTF-8.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>A task that completes when the response is written.</returns>
    /// <remarks>Lambda reads the stream again from the lowest sequence number in the response. A record without a number is represented by an
    /// empty string, for which Lambda retries the whole batch.</remarks>
    public async Task WriteResponseAsync(Stream output, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        var writer = new Utf8JsonWriter(output);
        await using (writer.ConfigureAwait(false))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("batchItemFailures");
            foreach (UserChangeFailure failure in Failures)
            {
                writer.WriteStartObject();
                writer.WriteString("itemIdentifier", failure.SequenceNumber ?? "");
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
            await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}

/// <summary>Represents a stream record that was not handled.</summary>
/// <param name="SequenceNumber">The sequence number, if it is known.</param>
/// <param name="Key">The user, if it is known.</param>
/// <param name="Failure">The failure; <see langword="null"/> if the record was not attempted, because an earlier change of the same user
/// failed, or because the <see cref="UserChangeDispatchOptions.Timeout"/> of the dispatch was reached. A <see cref="TimeoutException"/> if the
/// timeout was reached during an attempt or between two; its inner exception is the last failure.</param>
public sealed record UserChangeFailure(string? SequenceNumber, UserKey? Key, Exception? Failure)
{
    /// <summary>Returns the record, the user and the type of the failure, which can be one of the application.</summary>
    /// <returns>A string that is safe to log.</returns>
    public override string ToString() => $"UserChangeFailure {{ SequenceNumber = {SequenceNumber}, Key = {Key}, Failure = {Failure?.GetType().Name} }}";
}
