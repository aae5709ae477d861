namespace UserStore.Testing;

/// <summary>Represents a request to DynamoDB.</summary>
/// <param name="Operation">The operation, such as <c>UpdateItem</c>.</param>
/// <param name="Body">The request body, as JSON.</param>
/// <param name="Fault">The fault to inject, or <see langword="null"/>.</param>
public sealed record WireRequest(string Operation, string Body, WireFault? Fault)
{
    /// <summary>Returns the operation and the fault, without the body.</summary>
    /// <returns>A string that is safe to log.</returns>
    public override string ToString() => Fault is null ? Operation : $"{Operation} ({Fault})";
}
