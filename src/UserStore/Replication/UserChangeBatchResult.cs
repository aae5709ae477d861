using System.Text.Json;

namespace UserStore.Replication;

/// <summary>What became of a batch of stream records.</summary>
/// <param name="Handled">How many were handled.</param>
/// <param name="Failures">Those that were not, in the order of the batch.</param>
public sealed record UserChangeBatchResult(int Handled, IReadOnlyList<UserChangeFailure> Failures)
{
    /// <summary>Writes the answer that Lambda understands when the event source reports batch item failures:
    /// <c>{"batchItemFailures": [{"itemIdentifier": "..."}]}</c>.</summary>
    /// <param name="output">Where to write, in UTF-8.</param>
    /// <param name="cancellationToken">Abandons the call.</param>
    /// <returns>A task that completes when it is written.</returns>
    /// <remarks>Lambda reads the stream again from the lowest number that it names. A record without a number is named by an
    /// empty text, for which Lambda repeats the whole batch.</remarks>
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

/// <summary>A stream record that was not handled.</summary>
/// <param name="SequenceNumber">Its place in the stream, if it is known.</param>
/// <param name="UserId">The user, if it is known.</param>
/// <param name="Failure">Why; <see langword="null"/> when it was not tried, because an earlier change of the same user failed.</param>
public sealed record UserChangeFailure(string? SequenceNumber, string? UserId, Exception? Failure);
