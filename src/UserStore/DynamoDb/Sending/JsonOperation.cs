namespace UserStore.DynamoDb.Sending;

/// <summary>An operation of the service, and the reader of its responses.</summary>
/// <param name="Target">The operation, as requests name it.</param>
/// <param name="Unmarshaller">The reader.</param>
internal sealed record JsonOperation<TResult>(string Target, JsonUnmarshaller<TResult> Unmarshaller);
