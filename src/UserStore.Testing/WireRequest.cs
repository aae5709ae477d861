namespace UserStore.Testing;

/// <summary>A request on its way to DynamoDB.</summary>
/// <param name="Operation">The operation it asks for, such as <c>UpdateItem</c>.</param>
/// <param name="Body">What it asks for, as JSON.</param>
/// <param name="Fault">The fault that it meets, or <see langword="null"/>.</param>
public sealed record WireRequest(string Operation, string Body, WireFault? Fault)
{
    /// <summary>Returns the operation and the fault; never the body.</summary>
    /// <returns>A text that is safe to log.</returns>
    public override string ToString() => Fault is null ? Operation : $"{Operation} ({Fault})";
}
