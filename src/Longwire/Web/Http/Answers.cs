using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Longwire.Web.Http;

/// <summary>How an answer is sent.</summary>
internal static class Answers
{
    public const string Json = "application/json";
    private const string PlainText = "text/plain; charset=utf-8";

    /// <summary>Only what the status says.</summary>
    public static Task SayAsync(HttpContext context, int status) => SayAsync(context, status, $"{status} {(HttpStatusCode)status}");

    /// <param name="sentence">For a person.</param>
    public static Task SayAsync(HttpContext context, int status, string sentence)
    {
        context.Response.StatusCode = status;
        return SendAsync(context, PlainText, Encoding.UTF8.GetBytes(sentence + "\n"));
    }

    public static Task SendAsync<T>(HttpContext context, int status, T value, JsonTypeInfo<T> type)
    {
        context.Response.StatusCode = status;
        return SendAsync(context, Json, JsonSerializer.SerializeToUtf8Bytes(value, type));
    }

    /// <summary>What was sent; null: it is not what it should be, and that was answered.</summary>
    public static async Task<T?> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            // The server bounds it.
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            if (JsonSerializer.Deserialize(body.ToArray(), type) is { } value) return value;
            await SayAsync(context, StatusCodes.Status400BadRequest);
        }
        catch (JsonException)
        {
            await SayAsync(context, StatusCodes.Status400BadRequest);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await SayAsync(context, e.StatusCode);
        }
        return null;
    }

    public static async Task SendAsync(HttpContext context, string type, ReadOnlyMemory<byte> body)
    {
        HttpResponse response = context.Response;
        response.ContentType = type;
        response.ContentLength = body.Length;
        if (context.Request.Method != "HEAD") await response.Body.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>With a tag, so that what has not changed is not sent again.</summary>
    public static Task SendAsync(HttpContext context, string type, ReadOnlyMemory<byte> body, string tag)
    {
        context.Response.Headers.ETag = tag;
        context.Response.Headers.CacheControl = "no-cache";
        if (!context.Request.Headers.IfNoneMatch.Contains(tag)) return SendAsync(context, type, body);
        context.Response.StatusCode = StatusCodes.Status304NotModified;
        return Task.CompletedTask;
    }
}
