using System.Reflection;

namespace UserStore.ServerTests.ExistingTables;

/// <summary>Passes the calls of an interface on, and remembers which of its methods were called.</summary>
public class RecordedCalls : DispatchProxy
{
    private readonly HashSet<MethodInfo> _called = [];
    private object _target = null!;

    public static T Of<T>(T target)
        where T : class
    {
        T proxy = Create<T, RecordedCalls>();
        ((RecordedCalls)(object)proxy)._target = target;
        return proxy;
    }

    /// <summary>Fails if a method of the interface was not called.</summary>
    public static void ShouldBeComplete<T>(T proxy)
        where T : class
        => ((RecordedCalls)(object)proxy)._called.Should().BeEquivalentTo(typeof(T).GetMethods(), "each call requires a test over these tables");

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        _called.Add(targetMethod!);
        return targetMethod!.Invoke(_target, BindingFlags.DoNotWrapExceptions, binder: null, args, culture: null);
    }
}
