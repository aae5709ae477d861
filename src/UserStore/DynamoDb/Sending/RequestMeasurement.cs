using System.Diagnostics;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using UserStore.DynamoDb.Tables;

namespace UserStore.DynamoDb.Sending;

/// <summary>One request with its repetitions, as spans and metrics tell it.</summary>
internal sealed class RequestMeasurement
{
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly Activity? _activity;
    private TagList _tags;
    private List<string>? _capacity;
    private int _retries;

    private RequestMeasurement(string operation, NamedTable[] tables, int? batchSize, TimeProvider time)
    {
        (_time, _started, _tags) = (time, time.GetTimestamp(), TagsOf(operation, tables));
        if (batchSize is { } size)
            Instruments.BatchSize.Record(size, _tags);

        string name = tables is [var only] ? $"{operation} {only.TableName}" : operation;
        _activity = Instruments.Source.StartActivity(name, ActivityKind.Client, parentContext: default, _tags);
        if (_activity is not { IsAllDataRequested: true })
            return;
        _activity.SetTag("aws.dynamodb.table_names", Array.ConvertAll(tables, each => each.TableName));
        if (batchSize > 1) // one item is no batch in the conventions
            _activity.SetTag("db.operation.batch.size", batchSize);
    }

    /// <summary>Sends a request, and measures it if somebody listens.</summary>
    /// <param name="operation">The name of the operation in the service's API.</param>
    /// <param name="tables">The tables it needs.</param>
    /// <param name="batchSize">How many items it has, if it is a batch.</param>
    /// <param name="time">The clock.</param>
    /// <param name="send">Sends it, and notes what happens.</param>
    public static Task<TResult> RunAsync<TResult>(
        string operation, NamedTable[] tables, int? batchSize, TimeProvider time, Func<RequestMeasurement?, Task<TResult>> send)
        => Instruments.AreUsed ? MeasureAsync(operation, tables, batchSize, time, send) : send(null);

    // The span begins in a method that is asynchronous, so that it is the current one of nobody outside.
    private static async Task<TResult> MeasureAsync<TResult>(
        string operation, NamedTable[] tables, int? batchSize, TimeProvider time, Func<RequestMeasurement?, Task<TResult>> send)
    {
        var measurement = new RequestMeasurement(operation, tables, batchSize, time);
        try
        {
            return await send(measurement).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            measurement.Failed(failure);
            throw;
        }
        finally
        {
            measurement.End();
        }
    }

    /// <summary>Notes that a part of a batch was left undone.</summary>
    public static void LeftUnprocessed(string operation, NamedTable table)
    {
        if (Instruments.Throttles.Enabled)
            Instruments.Throttles.Add(1, TagsOf(operation, [table]));
    }

    /// <summary>Notes that what was left undone is sent again, as a request of its own.</summary>
    public static void SendingRest(string operation, NamedTable table)
    {
        if (Instruments.Retries.Enabled)
            Instruments.Retries.Add(1, TagsOf(operation, [table]));
    }

    /// <summary>Notes that the request is sent again.</summary>
    public void Retrying()
    {
        _retries++;
        Instruments.Retries.Add(1, _tags);
    }

    public void Throttled() => Instruments.Throttles.Add(1, _tags);

    public void Consumed(IEnumerable<ConsumedCapacity> capacity)
    {
        foreach (ConsumedCapacity table in capacity)
        {
            double units = table.CapacityUnits ?? 0;
            Instruments.ConsumedCapacity.Add(units, _tags);
            if (_activity is { IsAllDataRequested: true })
                (_capacity ??= []).Add(FormattableString.Invariant($$"""{"TableName":"{{table.TableName}}","CapacityUnits":{{units}}}"""));
        }
    }

    /// <summary>Notes how the request ended, when it was not applied.</summary>
    public void Failed(Exception failure)
    {
        AmazonServiceException? answer = failure as AmazonServiceException ?? failure.InnerException as AmazonServiceException;
        string type = failure is AmazonServiceException { ErrorCode: { } code } ? code : failure.GetType().FullName!;
        _tags.Add("error.type", type);
        if (answer?.ErrorCode is { } status)
            _tags.Add("db.response.status_code", status);
        _activity?.SetTag("error.type", type);
        _activity?.SetTag("db.response.status_code", answer?.ErrorCode);
        _activity?.SetStatus(ActivityStatusCode.Error);
    }

    private void End()
    {
        Instruments.Duration.Record(_time.GetElapsedTime(_started).TotalSeconds, _tags);
        if (_capacity is not null)
            _activity?.SetTag("aws.dynamodb.consumed_capacity", _capacity.ToArray());
        if (_retries > 0)
            _activity?.SetTag("userstore.retries", _retries);
        _activity?.Dispose();
    }

    private static TagList TagsOf(string operation, NamedTable[] tables)
    {
        var tags = new TagList { { "db.system.name", "aws.dynamodb" }, { "db.operation.name", operation } };
        if (tables is [var table]) // the conventions name a collection only where there is one
            tags.Add("db.collection.name", table.TableName);
        return tags;
    }
}
