using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Amazon.DynamoDBv2;
using Amazon.Runtime;
using UserStore.DynamoDb.Sending;

namespace UserStore.Migrations.Running;

/// <summary>Finds the clients that a migration holds: in its fields, in variables that its functions captured, and in the objects that these
/// hold, such as stores and contexts. Lets a <see cref="ReadOnlyScope"/> reject their writes.</summary>
internal static class HeldClients
{
    private const int MaxObjects = 10_000; // enough for every migration, and a bound for object graphs of applications

    private const BindingFlags Declared =
        BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <returns>The type of a client whose writes cannot be rejected, or null.</returns>
    public static Type? Guard(Migration migration)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var open = new Queue<object>([migration]);
        while (open.TryDequeue(out object? owner) && seen.Count < MaxObjects)
        {
            if (!seen.Add(owner) || owner is UserStoreClient or DelegatingClient)
                continue;
            if (owner is AmazonServiceClient and IAmazonDynamoDB client)
            {
                if (!AttemptObserver.TryAttach(client))
                    return client.GetType();
                continue;
            }

            foreach (object value in HeldBy(owner))
                open.Enqueue(value);
        }

        return null;
    }

    private static IEnumerable<object> HeldBy(object owner) => owner switch
    {
        Delegate function => function.GetInvocationList().Select(part => part.Target).OfType<object>(),
        Array items => items.Cast<object?>().OfType<object>().Where(IsObject),
        _ => FieldsOf(owner),
    };

    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "A field that trimming removed is not used, so that it holds nothing.")]
    private static IEnumerable<object> FieldsOf(object owner)
    {
        for (Type? type = owner.GetType(); type is not null && !IsOfFramework(type); type = type.BaseType)
        {
            foreach (FieldInfo field in type.GetFields(Declared))
            {
                if (!field.FieldType.IsPointer && !field.IsLiteral && field.GetValue(owner) is { } value && IsObject(value))
                    yield return value;
            }
        }
    }

    private static bool IsObject(object value) => value is not string && !value.GetType().IsPrimitive && !value.GetType().IsEnum;

    // Generic types of the framework, such as collections, tuples and options, hold what their user puts into them.
    private static bool IsOfFramework(Type type) => type.Namespace is { } name && !type.IsGenericType
        && (name == "System" || name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("Microsoft.", StringComparison.Ordinal));
}
