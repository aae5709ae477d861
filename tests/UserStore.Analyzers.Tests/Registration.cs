using System.Reflection;
using UserStore.Modeling;

namespace UserStore.Analyzers.Tests;

/// <summary>Asks registration whether it accepts a type.</summary>
internal static class Registration
{
    public static bool IsRefused(Type type)
    {
        try
        {
            typeof(UserModel).GetMethod(nameof(UserModel.For))!.MakeGenericMethod(type).Invoke(null, [new UserStoreOptions()]);
            return false;
        }
        catch (TargetInvocationException exception) when (exception.InnerException is InvalidOperationException)
        {
            return true;
        }
    }

    /// <summary>Compiles the source of a type <c>Customer</c>.</summary>
    public static bool IsRefused(string source)
    {
        using var image = new MemoryStream();
        Analysis.Compile($"Service{Guid.NewGuid():N}", [Analysis.Usings + source]).Emit(image).Success.Should().BeTrue();
        return IsRefused(Assembly.Load(image.ToArray()).GetType("Customer", throwOnError: true)!);
    }
}
